import { numberWord } from '../language/numbers.ts';
import { wordsOf } from './text-features.ts';

const negations =
  /^(?:not|no|never|without|cannot|can't|won't|don't|doesn't|didn't|isn't|aren't|wasn't|haven't|hasn't|couldn't|shouldn't|nothing|none|unable|neither)$/;

/** Words that are near to each other in every embedding and mean the opposite. */
const opposites: readonly (readonly [RegExp, RegExp])[] = [
  [/^open(?:ing|ed)?$/, /^clos(?:e|es|ed|ing)$/],
  [/^(?:block|lock|freeze)(?:ed|ing|s)?$/, /^(?:unblock|unlock|unfreeze)(?:ed|ing|s)?$/],
  [/^activat(?:e|ed|ing)$/, /^deactivat(?:e|ed|ing)$/],
  [/^(?:increas|rais)(?:e|ed|ing)$/, /^(?:decreas|reduc|lower)(?:e|ed|ing)?$/],
  [/^deposit(?:s|ed|ing)?$/, /^withdraw(?:s|al|als|n|ing)?$/],
  [/^(?:send|sent|sending)$/, /^receiv(?:e|ed|ing)$/],
  [/^enabl(?:e|ed|ing)$/, /^disabl(?:e|ed|ing)$/],
  [/^add(?:ed|ing)?$/, /^remov(?:e|ed|ing)$/],
  [/^before$/, /^after$/],
  [/^minimum$/, /^maximum$/],
  [/^credit$/, /^debit$/],
  [/^savings?$/, /^(?:current|checking)$/],
  [/^buy(?:ing)?$/, /^sell(?:ing)?$/],
  [/^domestic$/, /^(?:international|foreign|abroad)$/],
];

const numeric = new RegExp(String.raw`^(?:\d[\d.,]*|${numberWord})$`);

/** How two questions differ where embeddings see little difference. */
export interface Differences {
  /** One denies, the other does not. */
  readonly negation: boolean;
  readonly number: boolean;
  /** "open" and "close". */
  readonly opposite: boolean;
  /** A word that is known from nowhere stands in one of them. */
  readonly name: boolean;
  /** They may not have the same answer, whatever else speaks for it. */
  readonly veto: 'negation' | 'number' | 'opposite' | 'name' | undefined;
}

/** Questions that are alike up to a negation differ by it. */
const alike = 0.7;

export function differencesOf(a: string, b: string, isKnownWord: (word: string) => boolean): Differences {
  const [left, right] = [wordsOf(a), wordsOf(b)];
  const denials = (words: readonly string[]) => words.filter((word) => negations.test(word)).length % 2;
  const negation = denials(left) !== denials(right);
  const number = !sameSet(left.filter(isNumber), right.filter(isNumber));
  const opposite = opposites.some(([one, other]) => {
    const has = (words: readonly string[], pattern: RegExp) => words.some((word) => pattern.test(word));
    const side = (words: readonly string[]) => (has(words, one) ? 1 : 0) - (has(words, other) ? 1 : 0);
    return side(left) * side(right) < 0;
  });
  const names = (words: readonly string[]) => words.filter((word) => word.length > 2 && !isNumber(word) && !isKnownWord(word));
  const [leftNames, rightNames] = [names(left), names(right)];
  const name = !sameSet(leftNames, rightNames);
  const veto = opposite
    ? 'opposite'
    : number
      ? 'number'
      : name && leftNames.length > 0 && rightNames.length > 0
        ? 'name'
        : negation && jaccard(left, right) >= alike
          ? 'negation'
          : undefined;
  return { negation, number, opposite, name, veto };
}

/** "One" is more often a pronoun than a number. */
const isNumber = (word: string) => word !== 'one' && numeric.test(word);

/** Share of the words of both that they have in common, negations aside. */
function jaccard(a: readonly string[], b: readonly string[]): number {
  const plain = (words: readonly string[]) => new Set(words.filter((word) => !negations.test(word)));
  const [left, right] = [plain(a), plain(b)];
  const common = [...left].filter((word) => right.has(word)).length;
  return common / Math.max(1, left.size + right.size - common);
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  const [left, right] = [new Set(a), new Set(b)];
  return left.size === right.size && [...left].every((item) => right.has(item));
}
