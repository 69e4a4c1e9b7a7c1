import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Link } from 'wouter';
import { api, type Schemas, type Turn, take } from '../data/api.ts';
import { useWho } from '../shell/who.tsx';
import { share, when, words } from '../ui/format.ts';
import { Button, Field, Loaded, Loading, Tag, Trouble } from '../ui/parts.tsx';
import { SourceTag } from '../ui/source-tag.tsx';
import { Waterfall } from './waterfall.tsx';

type DryRun = Schemas['DryRun'];
type Reading = NonNullable<DryRun['reading']>;

/** Why the bot said what it said, how long each part took, and what it would have said otherwise. */
export function Why({ sessionId, turn }: { sessionId: string; turn: Turn }) {
  const { may } = useWho();
  const path = { id: sessionId, turn: turn.turn };
  const steps = useQuery({
    queryKey: ['steps', sessionId, turn.turn],
    queryFn: () => take(api.GET('/sessions/{id}/turns/{turn}/steps', { params: { path } })),
  });
  const asItWas = useQuery({
    queryKey: ['dry-run', sessionId, turn.turn],
    queryFn: () => take(api.POST('/sessions/{id}/turns/{turn}/dry-run', { params: { path }, body: {} })),
    enabled: may('operate') && turn.transcript !== '',
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <div className="why" data-testid="why">
      <section>
        <h3>Where the time went</h3>
        <Loaded query={steps}>{({ steps: parts }) => <Waterfall steps={parts} waitedMs={turn.waitedMs} />}</Loaded>
      </section>
      {may('operate') && turn.transcript !== '' && (
        <>
          <section>
            <h3>How it was understood</h3>
            {asItWas.data ? (
              <Understood run={asItWas.data} />
            ) : asItWas.error ? (
              <Trouble error={asItWas.error} />
            ) : (
              <Loading label="Analysing" />
            )}
          </section>
          <WhatIf sessionId={sessionId} turn={turn} />
        </>
      )}
    </div>
  );
}

function Understood({ run }: { run: DryRun }) {
  const { reading, knowsCall, guards } = run;
  return (
    <div className="stack">
      {reading ? (
        <ReadingView reading={reading} />
      ) : (
        <p className="quiet">
          No request was looked for: {guards.length > 0 ? 'a guard refused these words' : 'the caller took something back'}.
        </p>
      )}
      <div className="row">
        <span>
          {words(run.intent)} <span className="quiet figure">{share(run.confidence)} confidence</span>
        </span>
        {reading?.runnerUp && <span className="quiet">rather than {words(reading.runnerUp)}</span>}
        {reading && !reading.sure && <Tag tone="warn">below the {share(reading.sureFrom)} needed</Tag>}
        {reading?.reader === 'model' && <Tag tone="warn">read by the model</Tag>}
        {run.waitsFor && <Tag>waits for {words(run.waitsFor).toLowerCase()}</Tag>}
      </div>
      {reading?.others.map((other) => (
        <p key={other.text} className="small quiet">
          Also asked: {words(other.intent)} ({other.text})
        </p>
      ))}
      {!knowsCall && (
        <p className="note small">The call's history is no longer available, so the words are read as the start of a call.</p>
      )}
    </div>
  );
}

/** Neighbours that were taken for the same are one. A day stands for the days that it begins. */
function grouped(read: Reading['words']) {
  const groups: { text: string; kind: string; label: string }[] = [];
  for (const { text, part } of read) {
    const values = 'values' in part ? part.values.filter((name) => name !== 'day' || !part.values.includes('days')) : [];
    const label =
      values.length > 0 ? values.map(words).join(', ').toLowerCase() : kindTitles[part.kind as keyof typeof kindTitles];
    const last = groups.at(-1);
    if (last && last.kind === part.kind && last.label === label) last.text += ` ${text}`;
    else groups.push({ text, kind: part.kind, label });
  }
  return groups;
}

const kindTitles = { value: '', unexplained: 'unexplained', aside: 'ignored', plain: '' } as const;

/** Each word with its part. */
export function ReadingView({ reading: { words: read, slots, unexplained } }: { reading: Reading }) {
  const values = Object.entries(slots).filter(([name]) => name !== 'day' || slots.days === undefined);
  return (
    <div className="stack" data-testid="reading">
      <p className="reading">
        {grouped(read).map(({ text, kind, label }, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: words stand where they stand.
          <span key={i} data-kind={kind}>
            <b>{text}</b>
            <small>{label}</small>
          </span>
        ))}
      </p>
      {values.length > 0 && (
        <ul className="slots">
          {values.map(([name, value]) => (
            <li key={name}>
              <Tag tone="bot">
                {words(name)}: {valueText(value)}
              </Tag>
            </li>
          ))}
        </ul>
      )}
      {unexplained.length > 0 && (
        <p className="small">
          Not understood: <strong>{unexplained.join(', ')}</strong>. The reply says so.
        </p>
      )}
    </div>
  );
}

function valueText(value: unknown): string {
  if (value === true) return 'yes';
  if (Array.isArray(value)) return value.map(valueText).join(', ');
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .map(([name, inner]) =>
        name === 'from' || name === 'to' ? `${name} ${valueText(inner)}` : `${words(name).toLowerCase()} ${valueText(inner)}`,
      )
      .join(' ');
  }
  return String(value);
}

/** The same turn with other words, or another version of the assistant. */
function WhatIf({ sessionId, turn }: { sessionId: string; turn: Turn }) {
  const { tenant } = useWho();
  const [text, setText] = useState(turn.transcript);
  const [assistant, setAssistant] = useState('');
  const versions = useQuery({
    queryKey: ['assistants', tenant],
    queryFn: () => take(api.GET('/assistants', { params: { query: { tenant } } })),
  });
  const run = useMutation({
    mutationFn: () =>
      take(
        api.POST('/sessions/{id}/turns/{turn}/dry-run', {
          params: { path: { id: sessionId, turn: turn.turn } },
          body: { ...(text.trim() === turn.transcript ? {} : { text: text.trim() }), ...(assistant ? { assistant } : {}) },
        }),
      ),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    run.mutate();
  };
  return (
    <section>
      <h3>What if</h3>
      <form className="stack" onSubmit={submit}>
        <Field label="The caller says">
          {(id) => <input id={id} value={text} maxLength={2_000} onChange={({ target }) => setText(target.value)} />}
        </Field>
        <div className="row">
          <select
            aria-label="Version of the assistant"
            style={{ width: 'auto' }}
            value={assistant}
            onChange={({ target }) => setAssistant(target.value)}
          >
            <option value="">This call's version</option>
            {versions.data?.versions.map(({ version, createdAt }) => (
              <option key={version} value={version}>
                {version.slice(0, 8)}, {when(createdAt)}
              </option>
            ))}
          </select>
          <Button type="submit" look="primary" disabled={run.isPending || text.trim() === ''}>
            {run.isPending ? 'Running' : 'Run'}
          </Button>
        </div>
        <p className="small quiet">A dry run. It does not change the call, order anything or verify anyone.</p>
      </form>
      <Trouble error={run.error} />
      {run.data && <Outcome run={run.data} before={turn} />}
    </section>
  );
}

const stops: Readonly<Record<string, string>> = {
  verify: 'Next, the bank would verify the caller. A dry run stops here.',
  act: 'Next, the order would be placed. A dry run stops here.',
  settle: 'Next, the money would be moved. A dry run stops here.',
};

function Outcome({ run, before }: { run: DryRun; before: Turn }) {
  return (
    <div className="stack" style={{ marginTop: 12 }} data-testid="what-if">
      <dl className="would-say">
        <dt className="bot">{run.reply === before.reply ? 'Same reply' : 'New reply'}</dt>
        <dd>
          {run.reply || <span className="quiet">{stops[run.stoppedBefore ?? ''] ?? 'Next, the bank would be asked.'}</span>}
        </dd>
      </dl>
      <div className="row">
        <SourceTag source={run.source} />
        {run.citations.map((article) => (
          <Link key={article} href={`/articles/${article}`}>
            {article}
          </Link>
        ))}
        {run.guards.map((guard) => (
          <Tag key={`${guard.side} ${guard.reason}`} tone="warn">
            {words(guard.action)}: {guard.reason}
          </Tag>
        ))}
      </div>
      <Understood run={run} />
    </div>
  );
}
