import { scaleValues, tensValues, unitValues } from './spoken-numbers.ts';

/** "k" alone is a letter. */
const scaleWords = [...scaleValues.keys()].filter((word) => word.length > 1);
const ordinals: Readonly<Record<string, number>> = Object.fromEntries(
  'first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth'
    .split(' ')
    .map((word, i) => [word, i + 1]),
);
/** Words by which single digits are spoken. */
const digitWords: Readonly<Record<string, string>> = { oh: '0', o: '0', nought: '0', zero: '0' };

export const numberWord = [...unitValues.keys(), ...tensValues.keys(), ...scaleWords].join('|');

/** "third", "twenty-first", "3rd", "3" as a number. */
export function ordinalFrom(text: string): number | undefined {
  const digits = /^(\d{1,2})(?:st|nd|rd|th)?$/.exec(text);
  if (digits) return Number(digits[1]);
  const [first = '', second] = text.split(/[- ]/);
  if (second === undefined)
    return ordinals[first] ?? (first === 'thirtieth' ? 30 : (unitValues.get(first) ?? tensValues.get(first)));
  const base = tensValues.get(first);
  const rest = ordinals[second] ?? unitValues.get(second);
  return base === undefined || rest === undefined ? undefined : base + rest;
}

const wordPattern = /\p{L}+|\d+/gu;

/**
 * The digits that somebody says one by one, or in groups: "one two double three" as 1233, "twelve thirty-four" as 1234, "1-2-3" as 123.
 * Other words are passed over.
 */
export function spokenDigits(text: string): string {
  let digits = '';
  let repeat = 1;
  let pendingTens = '';
  const push = (value: string) => {
    digits += value.repeat(repeat);
    repeat = 1;
  };
  const flush = () => {
    if (pendingTens) push(pendingTens);
    pendingTens = '';
  };
  for (const [word] of text
    .toLowerCase()
    .replace(/(\d)[,.\s-]+(?=\d)/g, '$1')
    .matchAll(wordPattern)) {
    const unit = unitValues.get(word);
    const tens = tensValues.get(word);
    if (pendingTens && unit !== undefined && unit > 0 && unit < 10) {
      push(String(Number(pendingTens) + unit));
      pendingTens = '';
      continue;
    }
    flush();
    if (/^\d/.test(word)) push(word);
    else if (word === 'double') repeat = 2;
    else if (word === 'triple' || word === 'treble') repeat = 3;
    else if (digitWords[word] !== undefined) push(digitWords[word]);
    else if (unit !== undefined) push(String(unit));
    else if (tens !== undefined) pendingTens = String(tens);
    else repeat = 1;
  }
  flush();
  return digits;
}

const correction = /\b(?:no|sorry|i mean|i meant|wait|actually|correction|rather|scratch that|oops|not that)\b/i;

/**
 * The digits that somebody says, as corrected in the same breath: "four eight two two, no, one ...". Which of them a correction takes back is
 * told by how many there should be.
 * @param lengths how many digits may be asked for
 */
export function correctedDigits(text: string, lengths: readonly number[]): string {
  const [first = '', ...corrections] = text
    .split(correction)
    .map(spokenDigits)
    .filter((digits) => digits !== '');
  let digits = first;
  for (const last of corrections) {
    const candidates = [last, digits.slice(0, -last.length) + last, digits.slice(0, -1) + last, digits + last];
    digits = candidates.find(({ length }) => lengths.includes(length)) ?? digits + last;
  }
  return digits;
}

const spoken = `(?:${numberWord}|oh|double|triple|\\d+)`;
const numberRun = new RegExp(String.raw`\b${spoken}(?:[\s,.-]+(?:and\s+)?${spoken})*\b`, 'gi');

/** The text without any number in it, as when a secret is spoken. */
export function hideNumbers(text: string): string {
  return text.replace(numberRun, '[hidden]').replace(/\d/g, '*');
}
