import type { MerchantCategory } from '../bank/bank.ts';
import { kindsIn } from './merchant-kinds.ts';
import { merchantsIn } from './merchants.ts';

/** Payments that are left out: those of these kinds, and those to whoever has one of these names. */
export interface Exception {
  readonly kinds: readonly MerchantCategory[];
  readonly merchants: readonly string[];
}

const leftOut =
  /\b(?:without|excluding|except(?: for)?|apart from|aside from|other than|besides|not counting|not including|leaving out|but not)\s+(?:(?:my|the|any|all|at|for|on)\s+)*([^,.?!;]+?)(?=\s+(?:last|this|in|since|from|between|during|until|yesterday|today)\b|[,.?!;]|$)/gi;

/** "What did I spend without groceries?" @returns what is left out, and the other words. */
export function exceptionIn(text: string): { readonly except: Exception | undefined; readonly rest: string } {
  const named = [...text.matchAll(leftOut)].map(([whole, what = '']) => {
    const kinds = kindsIn(what);
    return { whole, kinds, merchants: kinds.length > 0 || !/\p{Lu}/u.test(what) ? [] : merchantsIn(`at ${what}`) };
  });
  const found = named.filter(({ kinds, merchants }) => kinds.length + merchants.length > 0);
  if (found.length === 0) return { except: undefined, rest: text };
  return {
    except: { kinds: found.flatMap(({ kinds }) => kinds), merchants: found.flatMap(({ merchants }) => merchants) },
    rest: found.reduce((rest, { whole }) => rest.replace(whole, ' '), text),
  };
}

/** A text without what is left out. */
export const withoutExceptions = (text: string): string => exceptionIn(text).rest;
