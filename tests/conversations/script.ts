import type { Truth } from './truth.ts';

/** What a caller says, and what must be in the answer: texts, or what the bank's tables say at that moment. */
export interface Line {
  readonly say: string;
  readonly expect?: readonly string[] | ((truth: Truth, today: string) => Promise<readonly string[]> | readonly string[]);
  readonly not?: readonly string[];
  readonly source?: string;
}

export interface Script {
  readonly name: string;
  /** Which of the demo bank's customers calls. */
  readonly customer: number;
  readonly lines: (truth: Truth, today: string) => readonly Line[];
  /** What the bank's tables must say when the call is over. */
  readonly after?: (truth: Truth) => Promise<Record<string, unknown>>;
  readonly expectAfter?: Record<string, unknown>;
}

export const number = (truth: Truth): Line => ({ say: truth.customer.number, expect: ['telephone PIN'] });
/** Digits one by one, as a transcriber writes them. */
export const spaced = (digits: string) => [...digits].join(' ');
export const words = (digits: string) =>
  [...digits].map((digit) => 'zero one two three four five six seven eight nine'.split(' ')[Number(digit)]).join(' ');
export const askNumber = ['customer number'];
