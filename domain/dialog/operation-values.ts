import type { IntentOperation, OperationValue } from '../assistant/intent.ts';
import { spokenNumbers } from '../language/spoken-numbers.ts';
import type { Slots } from './slots.ts';

type Read = string | number | undefined;

/** What the caller's words give for one value. `asked`: the bot has just asked for it, so that a bare number is one. */
function readValue({ type, options = {} }: OperationValue, text: string, slots: Slots, asked: boolean): Read {
  switch (type) {
    case 'account':
      return slots.account ?? slots.to ?? slots.from;
    case 'card':
      return slots.lastFour ?? slots.card;
    case 'amount':
      return slots.amountMinor;
    case 'day':
      return slots.day;
    case 'time':
      return slots.time;
    case 'number': {
      const numbers = spokenNumbers(text).filter(({ vague, money }) => !vague && !money);
      return numbers.length === 1 && (asked || slots.amountMinor === undefined) ? numbers[0]?.value : undefined;
    }
    case 'choice': {
      const named = Object.entries(options).filter(([, words]) => words.some((word) => says(text, word)));
      return named.length === 1 ? named[0]?.[0] : undefined;
    }
  }
}

const says = (text: string, words: string) =>
  new RegExp(String.raw`(?<![\p{L}\p{N}])${words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\p{L}\p{N}])`, 'iu').test(text);

/** The values of an operation that the caller's words name. */
export function operationValuesIn({ values }: IntentOperation, text: string, slots: Slots, asked?: string): Slots['values'] {
  const read = values.flatMap((value): [string, string | number][] => {
    const found = readValue(value, text, slots, asked === value.name);
    return found === undefined ? [] : [[value.name, found]];
  });
  return read.length === 0 ? undefined : Object.fromEntries(read);
}
