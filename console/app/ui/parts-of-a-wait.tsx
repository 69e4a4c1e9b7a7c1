import { milliseconds, words } from './format.ts';

/** Parts of how long a caller waited, in the order in which they pass. */
export const waitParts = [
  ['endpointing', 'Endpointing'],
  ['transcribe', 'Transcribing'],
  ['understand', 'Understanding'],
  ['bank', 'Bank'],
  ['think', 'Model'],
  ['speak', 'Voice'],
  // Of a reply that was interrupted while it was still being made.
  ['unknown', 'Voice and Temporal'],
  ['orchestration', 'Temporal and queues'],
  ['release', 'Held back'],
  ['network', 'Network and browser'],
] as const;
export type WaitPart = (typeof waitParts)[number][0];
export type Wait = Readonly<Partial<Record<WaitPart, number>>>;

export const partColour = (part: WaitPart): string => `var(--part-${part})`;
const partTitle = (part: WaitPart): string => waitParts.find(([name]) => name === part)?.[1] ?? part;

/** Steps of a turn, in their order, and what a caller who waits for one waits for. */
export const turnSteps: readonly (readonly [step: string, part: WaitPart])[] = [
  ['transcribe', 'transcribe'],
  ['lookup', 'understand'],
  ['bank', 'bank'],
  ['think', 'think'],
  ['speak', 'speak'],
];

export function stepTitle(step: string): string {
  const part = turnSteps.find(([name]) => name === step)?.[1];
  if (part) return partTitle(part);
  return step === 'total' ? 'Whole turn' : words(step);
}

/** A wait as a bar, each part as long as it took. */
export function WaitBar({ wait }: { wait: Wait }) {
  const shown = waitParts.filter(([name]) => (wait[name] ?? 0) >= 1);
  const total = shown.reduce((sum, [name]) => sum + (wait[name] ?? 0), 0);
  if (total === 0) return null;
  const text = shown.map(([name, title]) => `${title} ${milliseconds(wait[name])}`).join(', ');
  return (
    <span className="wait" role="img" aria-label={text} title={text}>
      {shown.map(([name]) => (
        <i key={name} style={{ width: `${(100 * (wait[name] ?? 0)) / total}%`, background: partColour(name) }} />
      ))}
    </span>
  );
}
