import { Tag, type Tone } from './parts.tsx';

const sources: Readonly<Record<string, readonly [string, Tone]>> = {
  cache: ['Cached answer', 'bot'],
  knowledge: ['Article', 'bot'],
  bank: ['Bank', 'good'],
  model: ['Model', 'warn'],
  approved: ['Approved wording', 'plain'],
  apology: ['Apology', 'bad'],
  silence: ['Nothing said', 'plain'],
};

/** Where a reply came from. */
export function SourceTag({ source }: { source: string }) {
  const [title, tone] = sources[source] ?? [source, 'plain' as const];
  return <Tag tone={tone}>{title}</Tag>;
}
