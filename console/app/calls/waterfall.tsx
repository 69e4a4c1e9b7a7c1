import type { Schemas } from '../data/api.ts';
import { milliseconds } from '../ui/format.ts';
import { partColour, stepTitle, turnSteps, type WaitPart, waitParts } from '../ui/parts-of-a-wait.tsx';
import { type Column, Table } from '../ui/table.tsx';

type Step = Schemas['TurnSteps']['steps'][number];

const workColumns: readonly Column<Pick<Step, 'queueMs' | 'workMs'> & { readonly title: string }>[] = [
  { head: 'Step', cell: ({ title }) => title },
  { head: 'Queue', kind: 'number', cell: ({ queueMs }) => milliseconds(queueMs) },
  { head: 'Work', kind: 'number', cell: ({ workMs }) => milliseconds(workMs) },
];

interface Bar {
  readonly title: string;
  readonly part: WaitPart;
  readonly from: number;
  readonly ms: number;
}

/** What the caller waited for, one after the other; and below, how long each step worked, and waited for a worker. */
export function Waterfall({ steps, waitedMs }: { steps: readonly Step[]; waitedMs: number | null }) {
  const named = (name: string) => steps.find(({ step }) => step === name);
  const waited = bars(
    waitParts.flatMap(([part, title]) => {
      const step = named(`wait-${part}`);
      return step && step.workMs >= 1 ? [{ title, part, ms: step.workMs }] : [];
    }),
  );
  const worked = turnSteps.flatMap(([name]) => {
    const step = named(name);
    return step ? [{ title: stepTitle(name), ...step }] : [];
  });
  return (
    <div className="stack">
      {waited.length > 0 && (
        <>
          <p className="small quiet">
            Voice to voice: {milliseconds(waitedMs)}, from the caller's last sound to the first sound of the reply
          </p>
          <Bars bars={waited} />
        </>
      )}
      {worked.length > 0 && <Table rows={worked} columns={workColumns} keyOf={({ title }) => title} />}
      {worked.length === 0 && waited.length === 0 && <p className="quiet">This turn has no measurements.</p>}
    </div>
  );
}

function bars(parts: readonly Omit<Bar, 'from'>[]): Bar[] {
  let from = 0;
  return parts.map((part) => {
    const bar = { ...part, from };
    from += part.ms;
    return bar;
  });
}

function Bars({ bars: shown }: { bars: readonly Bar[] }) {
  const total = shown.reduce((sum, { ms }) => sum + ms, 0);
  return (
    <div className="waterfall">
      {shown.map(({ title, part, from, ms }) => (
        <div key={title}>
          <span>{title}</span>
          <span className="track">
            <i style={{ left: `${(100 * from) / total}%`, width: `${(100 * ms) / total}%`, background: partColour(part) }} />
          </span>
          <span className="figure">{milliseconds(ms)}</span>
        </div>
      ))}
    </div>
  );
}
