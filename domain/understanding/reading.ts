import type { Slots } from '../dialog/slots.ts';

/** What a word of the caller's was taken for. */
export type WordPart =
  /** Without it one of these values would not have been read, or another one. */
  | { readonly kind: 'value'; readonly values: readonly string[] }
  /** It may restrict what is asked, and nothing was made of it: the answer owns up to it. */
  | { readonly kind: 'unexplained' }
  /** Not wanted, a reason, a greeting: left out before the intent was looked for. */
  | { readonly kind: 'aside' }
  /** How people ask. */
  | { readonly kind: 'plain' };

export interface ReadWord {
  readonly text: string;
  readonly part: WordPart;
}

/** What was understood of a caller's words, and from what. */
export interface Reading {
  readonly words: readonly ReadWord[];
  /** Values that were read, by their names. */
  readonly slots: Slots;
  readonly intent: string;
  /** That the intent is right, by the router; above `sureFrom` it is trusted. */
  readonly confidence: number;
  readonly sureFrom: number;
  readonly sure: boolean;
  readonly runnerUp?: string | undefined;
  /** Who told the intent: the router, or a language model that reads beside it. */
  readonly reader: 'router' | 'model';
  readonly unexplained: readonly string[];
  /** Other wishes of the same breath. */
  readonly others: readonly { readonly intent: string; readonly text: string }[];
}

const token = /\[[^\]]*\]|[^\s[]+/g;
const wordIn = (text: string): string => text.toLowerCase().replace(/^[^\p{L}\p{N}$€£]+|[^\p{L}\p{N}]+$/gu, '');
/** More are read as a story. */
const maxWords = 120;

/**
 * Each word of a text with what it was taken for, found by leaving it out: what changes without it is its part.
 * @param matter the part of the text in which the wish was looked for.
 */
export function readWords(
  text: string,
  {
    matter,
    slotsOf,
    unexplained,
  }: { readonly matter: string; slotsOf(text: string): Slots; readonly unexplained: readonly string[] },
): ReadWord[] {
  const whole = slotsOf(text);
  const inMatter = new Set((matter.match(token) ?? []).map(wordIn));
  const left = new Set(unexplained.map(wordIn));
  const tokens = [...text.matchAll(token)].slice(0, maxWords);
  return tokens.map((match) => {
    const [said] = match;
    const word = wordIn(said);
    const values = word === '' ? [] : changed(whole, slotsOf(without(text, match.index, said.length)));
    if (values.length > 0) return { text: said, part: { kind: 'value', values } };
    if (left.has(word)) return { text: said, part: { kind: 'unexplained' } };
    return { text: said, part: { kind: inMatter.has(word) ? 'plain' : 'aside' } };
  });
}

const without = (text: string, at: number, length: number): string => `${text.slice(0, at)}${text.slice(at + length)}`;

/** Values that are there with the word and not, or otherwise, without it. */
function changed(whole: Slots, rest: Slots): string[] {
  const other = rest as Readonly<Record<string, unknown>>;
  return Object.entries(whole).flatMap(([name, value]) => (JSON.stringify(value) === JSON.stringify(other[name]) ? [] : [name]));
}
