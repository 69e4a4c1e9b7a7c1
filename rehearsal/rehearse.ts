import { sql } from 'drizzle-orm';
import { DemoBank } from '../db/demo-bank.ts';
import { demoCustomers } from '../db/demo-bank-seed.ts';
import type { Database } from '../db/open.ts';
import type { Assistant } from '../domain/assistant/assistant.ts';
import type { Conversation } from '../domain/assistant/conversation.ts';
import { messageOf } from '../domain/errors.ts';
import { bankClock, type Day } from '../domain/language/dates.ts';
import { misses, type Reply } from './check.ts';
import { Facts } from './facts.ts';
import { doneFor } from './orders.ts';

/** An answer, and the digits that the bot waits for then. */
export interface Answer extends Reply {
  /** What was heard of the caller, where they spoke. */
  readonly heard?: string | undefined;
  readonly expectedDigits?: number | undefined;
}

/** How a caller speaks to the bot. */
export interface Caller {
  say(text: string): Promise<Answer>;
  leave(): Promise<void>;
}

export interface LineResult {
  readonly caller: string;
  /** What was heard of it, where it was spoken. */
  readonly heard?: string | undefined;
  readonly reply: string;
  readonly source: string;
  readonly misses: readonly string[];
}

export interface ConversationResult {
  readonly name: string;
  readonly file: string;
  readonly family: string;
  readonly passed: boolean;
  /** A fact was told, or something was done, that was not asked for. */
  readonly wrong: boolean;
  readonly problems: readonly string[];
  readonly lines: readonly LineResult[];
  readonly durationMs: number;
}

export interface RehearsalOptions {
  readonly db: Database;
  readonly assistant: Assistant;
  /** Opens a line for a conversation. */
  readonly call: (conversation: Conversation, n: number) => Promise<Caller>;
  /** The day on which the caller calls; the day it is when unset. */
  readonly today?: Day;
}

/** A reply that asks, or says that something cannot be told, is no wrong answer. */
const tellsFact = ({ source, reply }: Answer): boolean =>
  ['bank', 'knowledge', 'cache'].includes(source) && !/\?\W*$/.test(reply) && (source !== 'bank' || /\d/.test(reply));
/** Customer number, PIN and code, and one time more each. */
const mostTold = 6;

/** Runs conversations one after the other against the real thing, and says what was not as it must be. */
export class Rehearsal {
  readonly #options: RehearsalOptions;
  readonly #today: string;

  constructor(options: RehearsalOptions) {
    this.#options = options;
    this.#today = options.today ?? bankClock('UTC').today();
  }

  async *run(conversations: readonly Conversation[]): AsyncGenerator<ConversationResult> {
    for (const [n, conversation] of conversations.entries()) yield await this.#rehearse(conversation, n);
  }

  async #rehearse(conversation: Conversation, n: number): Promise<ConversationResult> {
    const { db, assistant, call } = this.#options;
    const { name, file, family, customer, lines } = conversation;
    // Each call begins with a bank where nobody is locked out and no card is blocked.
    await db.execute(sql`update demo_bank.customers set failed_tries = 0, locked_until = null`);
    await db.execute(sql`update demo_bank.cards set status = 'active'`);
    const customerId = `customer-0${customer}`;
    const facts = new Facts(new DemoBank(db), customerId, this.#today);
    const before = (await doneFor(db, customerId)).length;
    const results: LineResult[] = [];
    const problems: string[] = [];
    const started = performance.now();
    let wrong = false;
    const caller = await call(conversation, n);
    try {
      let last: Answer = { reply: '', source: '', citations: [] };
      for (const line of lines) {
        last =
          line.caller === undefined
            ? await identified(caller, customer, last)
            : await caller.say(await facts.filled(line.caller));
        const missed = await misses(line, last, facts, assistant);
        const { reply, source, heard } = last;
        results.push({ caller: line.caller ?? '(identifies)', heard, reply, source, misses: missed });
        if (missed.length > 0 && tellsFact(last)) wrong = true;
      }
    } catch (error) {
      problems.push(messageOf(error));
    } finally {
      await caller.leave();
    }
    const done = (await doneFor(db, customerId)).slice(before);
    const wanted = await Promise.all(conversation.done.map((text) => facts.filled(text)));
    if (done.join('; ') !== wanted.join('; ')) {
      problems.push(`at the bank: ${done.join('; ') || 'nothing'}; wanted: ${wanted.join('; ') || 'nothing'}`);
      wrong ||= done.some((one) => !wanted.includes(one));
    }
    const passed = problems.length === 0 && results.every((line) => line.misses.length === 0);
    const durationMs = Math.round(performance.now() - started);
    return { name, file, family, passed, wrong: wrong && !passed, problems, lines: results, durationMs };
  }
}

/** Tells what the bot asks for until it asks no more. */
async function identified(caller: Caller, customer: number, before: Answer): Promise<Answer> {
  const who = demoCustomers[customer - 1];
  let last = before;
  let secret: string | undefined;
  for (let told = 0; told < mostTold && last.expectedDigits !== undefined; told++) {
    const asked = { 8: who?.number, 5: who?.pin, 6: who?.code }[last.expectedDigits];
    // Of a number that was heard in part, the rest is asked for.
    const rest = secret?.slice(-last.expectedDigits);
    secret = asked ?? secret;
    const telling = asked ?? rest;
    if (telling === undefined) throw new Error(`The bot asks for ${last.expectedDigits} digits, and nobody has them.`);
    last = await caller.say(telling);
  }
  return last;
}
