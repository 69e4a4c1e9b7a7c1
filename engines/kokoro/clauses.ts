import { splitSentences } from '../../domain/sentences.ts';

/** A sentence longer than this is spoken in clauses when it comes first, so that its first audio comes early. */
const longFirstSentence = 60;

/** No chunk is longer: well under the model's 510 phonemes. */
const longestChunk = 240;

const clauseEnd = /(?<=[,;:—])\s+/g;

export interface Clause {
  readonly text: string;
  /** Silence after it, milliseconds at normal speed. */
  readonly pauseMs: number;
}

/**
 * Splits text for synthesis: whole sentences for their melody, but a long first sentence at its first clause, so that the
 * caller hears something soon.
 */
export function splitClauses(text: string): Clause[] {
  const chunks = splitSentences(text).flatMap((sentence, index) =>
    index === 0 && sentence.length > longFirstSentence ? firstClauseApart(sentence) : [sentence],
  );
  return chunks.flatMap(shorten).map((chunk) => ({ text: chunk, pauseMs: pauseAfter(chunk) }));
}

const clauseEnds = (text: string): number[] => [...text.matchAll(clauseEnd)].map((match) => match.index);

function firstClauseApart(sentence: string): string[] {
  const cut = clauseEnds(sentence).find((index) => index >= 12 && index < sentence.length - 12);
  return cut === undefined ? [sentence] : [sentence.slice(0, cut).trim(), sentence.slice(cut).trim()];
}

function shorten(chunk: string): string[] {
  if (chunk.length <= longestChunk) return [chunk];
  const head = chunk.slice(0, longestChunk);
  const lastSpace = head.lastIndexOf(' ');
  const cut = clauseEnds(head).at(-1) ?? (lastSpace > 0 ? lastSpace : longestChunk);
  return [chunk.slice(0, cut).trim(), ...shorten(chunk.slice(cut).trim())];
}

function pauseAfter(chunk: string): number {
  if (/[.!?…]["”)]?$/.test(chunk)) return 260;
  return /[,;:—]$/.test(chunk) ? 140 : 60;
}
