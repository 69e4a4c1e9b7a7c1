import { fill } from '../assistant/fill.ts';
import type { AssistantIntent, IntentOperation, OperationValue } from '../assistant/intent.ts';
import type { Say } from '../assistant/wording-keys.ts';
import { moneyText } from '../bank/money.ts';
import { VoicebotError } from '../errors.ts';
import { type Day, writtenDay } from '../language/dates.ts';
import { spokenTime } from '../language/times.ts';
import type { Enquiry, FactualReply } from './factual-reply.ts';
import { accountName, cardName, list } from './naming.ts';
import type { Prepared } from './order-replies.ts';
import type { Slots } from './slots.ts';
import type { Action } from './state.ts';

/** A value as the bank takes it and as it is said; or what is asked, where it is not known. */
type Value =
  | { readonly known: true; readonly sent: unknown; readonly spoken: string }
  | { readonly known: false; readonly question: string; readonly facts: readonly string[] };

/** Brings the values of an operation together: asks for what is missing, then for confirmation, or asks the bank at once. */
export async function prepareOperation(enquiry: Enquiry, intent: AssistantIntent, slots: Slots): Promise<Prepared> {
  const { operation, name } = intent;
  if (!operation) throw new VoicebotError('invalid-request', `The intent '${name}' has no operation at the bank.`);
  const sent: Record<string, unknown> = {};
  const spoken: Record<string, string> = {};
  for (const value of operation.values) {
    const found = await valueFor(enquiry, value, slots.values?.[value.name] ?? value.fallback);
    if (!found.known) return { kind: 'ask', need: 'value', value: value.name, reply: found.question, facts: found.facts };
    sent[value.name] = found.sent;
    spoken[value.name] = found.spoken;
  }
  const facts = Object.values(spoken);
  if (operation.confirm !== undefined) {
    const action = { kind: 'operation', intent: name, call: operation.call, values: sent, spoken } as const;
    return { kind: 'confirm', action, reply: fill(operation.confirm, spoken), facts };
  }
  const { bank, customerId, today } = enquiry;
  const answer = await bank.perform({ call: operation.call, customerId, values: sent });
  return { kind: 'reply', ...answered(operation, spoken, answer, today) };
}

/** What the bank says has become of an operation that was ordered. */
export function operationDone(
  say: Say,
  operation: IntentOperation,
  { spoken }: Extract<Action, { kind: 'operation' }>,
  answer: Readonly<Record<string, unknown>> | undefined,
  today: Day,
): FactualReply {
  return answer ? answered(operation, spoken, answer, today) : { reply: say('outcome-unknown'), facts: [] };
}

function answered(
  { done, call }: IntentOperation,
  spoken: Readonly<Record<string, string>>,
  answer: Readonly<Record<string, unknown>>,
  today: Day,
): FactualReply {
  const told = Object.entries(answer).flatMap(([name, value]) => {
    const text = toldOf(value, today);
    return text === undefined ? [] : [[name, text] as const];
  });
  const values: Record<string, string> = { ...Object.fromEntries(told), ...spoken };
  const reply = fill(done, values);
  // A gap would be read out.
  const missing = /\{[a-z][\w-]*\}/i.exec(reply)?.[0];
  if (missing) throw new VoicebotError('dependency-unavailable', `The bank's answer to ${call.name} has no ${missing}.`);
  return { reply, facts: Object.values(values) };
}

/** A field of the bank's answer in words; what has none is not said. */
function toldOf(value: unknown, today: Day): string | undefined {
  if (typeof value === 'string') return /^\d{4}-\d{2}-\d{2}$/.test(value) ? writtenDay(value, today) : value;
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'object' || value === null) return undefined;
  const { minor, currency } = value as { readonly minor?: unknown; readonly currency?: unknown };
  return typeof minor === 'number' && typeof currency === 'string' ? moneyText({ minor, currency }) : undefined;
}

async function valueFor(
  { bank, customerId, say, today }: Enquiry,
  { type, ask, options = {} }: OperationValue,
  said: string | number | undefined,
): Promise<Value> {
  const known = (sent: unknown, spoken: string): Value => ({ known: true, sent, spoken });
  const asked = (question = ask, facts: readonly string[] = []): Value => ({ known: false, question, facts });
  if (type === 'account') {
    const all = await bank.accounts(customerId);
    const one = said === undefined ? undefined : all.find(({ kind }) => kind === said);
    if (one) return known(one.id, accountName(say, one));
    const accounts = list(all.map((account) => accountName(say, account)));
    return said === undefined ? asked() : asked(say('no-such-account', { accounts }), [accounts]);
  }
  if (type === 'card') {
    const all = await bank.cards(customerId);
    const named = all.filter(({ kind, lastFour }) => said === undefined || kind === said || lastFour === said);
    const [one] = named;
    if (one && named.length === 1) return known(one.id, cardName(say, one));
    const names = (named.length > 0 ? named : all).map((card) => cardName(say, card));
    return said === undefined ? asked() : asked(say('which-card', { cards: list(names, 'or the') }), names);
  }
  if (said === undefined) return asked();
  switch (type) {
    case 'amount': {
      const [account] = await bank.accounts(customerId);
      const money = { minor: Number(said), currency: account?.balance.currency ?? 'USD' };
      return known(money, moneyText(money));
    }
    case 'day':
      return known(said, writtenDay(String(said), today));
    case 'time':
      return known(said, spokenTime(String(said)));
    case 'choice':
      return known(said, options[said]?.[0] ?? String(said));
    case 'number':
      return known(said, String(said));
  }
}
