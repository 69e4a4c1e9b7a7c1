import { lcg } from '../random.ts';

/** How callers narrow questions, as an assistant's file says it. */
export interface Restrictions {
  /** Names of each kind, that stand for others of it. */
  readonly names: Readonly<Record<string, readonly string[]>>;
  /** Sentences with the kinds of names in braces. */
  readonly templates: readonly string[];
}

/** A sentence, and which of its words restrict. */
export interface TaughtSentence {
  readonly words: readonly string[];
  readonly restricts: readonly boolean[];
  /** Which template it comes from. */
  readonly template: number;
}

/** Every third name is of words that mean something else, so that its place in the sentence counts and not the word. */
const otherNames = 0.35;
/** Words of these kinds say something by what they are: a day is not called otherwise. */
const keptKinds = /^(?:period|amount)$/;
const small = /^(?:my|the|a|an|mr|mrs|ms|account|card|in|out|to|of|for|and|every|all)$/i;
const fillers = ['', '', '', 'um', 'please', 'yes', 'well', 'okay', 'hi', 'so'];
const endings = ['', '', 'please', 'thanks'];
const lowerCased = 0.5;

/**
 * Sentences out of templates and names, the same for the same seed.
 * @param vocabulary words that take the place of names.
 */
export function taughtSentences(
  { names, templates }: Restrictions,
  vocabulary: readonly string[],
  count: number,
  seed = 1,
): TaughtSentence[] {
  const random = lcg(seed);
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T;
  return Array.from({ length: count }, (_, n) => {
    const template = n % templates.length;
    const words: string[] = [];
    const restricts: boolean[] = [];
    const lower = random() < lowerCased;
    const add = (word: string, does: boolean) => {
      words.push(lower ? word.toLowerCase() : word);
      restricts.push(does);
    };
    const text = `${pick(fillers)} ${templates[template]} ${pick(endings)}`;
    for (const part of text.split(/\s+/).filter(Boolean)) {
      const kind = /^\{(\w+)\}$/.exec(part)?.[1];
      if (kind === undefined) {
        add(part, false);
        continue;
      }
      const other = !keptKinds.test(kind) && random() < otherNames;
      for (const word of pick(names[kind] ?? ['']).split(' ')) add(other && !small.test(word) ? pick(vocabulary) : word, true);
    }
    return { words, restricts, template };
  });
}
