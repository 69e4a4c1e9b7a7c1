import type { Bank, MerchantCategory } from '../domain/bank/bank.ts';
import { merchantCategories } from '../domain/bank/bank.ts';
import { moneyText } from '../domain/bank/money.ts';
import type { Day } from '../domain/language/dates.ts';
import { periodIn } from '../domain/language/periods.ts';

/** Asks the bank itself what a `{…}` of a conversation stands for, beside everything that the bot does. */
export class Facts {
  readonly #bank: Bank;
  readonly #customerId: string;
  readonly #today: Day;

  constructor(bank: Bank, customerId: string, today: Day) {
    this.#bank = bank;
    this.#customerId = customerId;
    this.#today = today;
  }

  /** A text with every fact in it. @throws Error for one that nobody knows. */
  async filled(text: string): Promise<string> {
    let out = text;
    for (const [whole, fact = ''] of text.matchAll(/\{([^{}]+)\}/g)) out = out.replace(whole, await this.#fact(fact.trim()));
    return out;
  }

  async #fact(fact: string): Promise<string> {
    const [kind = '', ...words] = fact.split(/\s+/);
    const rest = words.join(' ');
    switch (kind) {
      case 'balance':
      case 'available': {
        const account = await this.#account(rest);
        const { minor, currency } = account[kind];
        return moneyText({ minor: account.kind === 'credit' ? Math.abs(minor) : minor, currency });
      }
      case 'account':
        return (await this.#account(rest)).lastFour;
      case 'card': {
        const card = (await this.#bank.cards(this.#customerId)).find((one) => one.kind === rest);
        return known(card?.lastFour, fact);
      }
      case 'spent':
      case 'received':
        return this.#sum(kind === 'spent' ? 'out' : 'in', rest);
      case 'payments':
        return String((await this.#payments('out', rest)).length);
      case 'largest':
      case 'smallest': {
        const sizes = (await this.#payments('out', rest)).map(({ amount }) => Math.abs(amount.minor));
        return moneyText({ minor: kind === 'largest' ? Math.max(...sizes) : Math.min(...sizes), currency: 'USD' });
      }
      case 'payment': {
        const [, n = '1', where = ''] = /^(\d+)\s*(.*)$/.exec(rest) ?? [];
        const one = (await this.#payments('out', where))[Number(n) - 1];
        return moneyText({ ...known(one?.amount, fact), minor: Math.abs(known(one?.amount, fact).minor) });
      }
      default:
        throw new Error(`Nobody knows the fact {${fact}}.`);
    }
  }

  async #account(kind: string) {
    const account = (await this.#bank.accounts(this.#customerId)).find((one) => one.kind === kind);
    return known(account, `account ${kind}`);
  }

  async #sum(direction: 'in' | 'out', scope: string): Promise<string> {
    const found = await this.#payments(direction, scope);
    return moneyText({ minor: found.reduce((sum, { amount }) => sum + Math.abs(amount.minor), 0), currency: 'USD' });
  }

  /** "last month at Fresh Market", "this week for groceries": newest first. */
  async #payments(direction: 'in' | 'out', scope: string) {
    const [, period = '', merchant] = /^(.*?)\s*(?:\bat (.+))?$/.exec(scope) ?? [];
    const category = merchantCategories.find((name) => new RegExp(`\\bfor ${name}\\b`).test(period));
    const days = periodIn(period.replace(/\bfor \w+/, ''), this.#today);
    const all = await this.#bank.transactions(this.#customerId, { direction, days, merchant, limit: 1_000 });
    return all.filter((one) => category === undefined || one.category === (category as MerchantCategory));
  }
}

function known<T>(value: T | undefined, fact: string): T {
  if (value === undefined) throw new Error(`The bank has no {${fact}}.`);
  return value;
}
