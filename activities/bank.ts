import type { Database } from '../db/open.ts';
import type { Assistant } from '../domain/assistant/assistant.ts';
import type { Say } from '../domain/assistant/wording-keys.ts';
import type { Bank, Outcome } from '../domain/bank/bank.ts';
import type { NextStep, StepTiming } from '../domain/call.ts';
import { comeBack, keepOpen } from '../domain/dialog/agenda.ts';
import { answerQuery } from '../domain/dialog/bank-replies.ts';
import { type Decision, intentOf, phraseOf } from '../domain/dialog/decision.ts';
import type { Enquiry } from '../domain/dialog/factual-reply.ts';
import { sentences } from '../domain/dialog/naming.ts';
import { operationDone } from '../domain/dialog/operation-replies.ts';
import { prepareOrder, readBack } from '../domain/dialog/order-replies.ts';
import { start } from '../domain/dialog/start.ts';
import { type Action, type DialogState, newDialog, type Request, without } from '../domain/dialog/state.ts';
import type { BankStep, StepOutcome } from '../domain/dialog/steps.ts';
import { isVoicebotError, VoicebotError } from '../domain/errors.ts';
import { guardReply } from '../domain/facts-guard.ts';
import type { BankClock, Day } from '../domain/language/dates.ts';
import { defaultTenant } from '../domain/tenant.ts';
import { readPipe } from '../media/client.ts';
import { collect } from '../media/pipe.ts';
import type { Sealer } from '../media/sealed.ts';
import type { Assistants } from './assistants.ts';
import { runActivity } from './run-activity.ts';
import { sayLines } from './say-lines.ts';
import { writerRank } from './take-pipe.ts';

export interface PerformInput {
  readonly step: BankStep;
  readonly dialog: DialogState;
  /** Unset by calls that began under 0.4. */
  readonly tenant?: string | undefined;
  /** The same for the same turn, in every run of the call. */
  readonly key: string;
  /** The caller is there: without them nothing is begun. */
  readonly present: boolean;
  /** Said before the reply. */
  readonly opening?: string | undefined;
  /** Where the reply goes, sentence by sentence; unset when nobody is on the line. */
  readonly saidUrl?: string | undefined;
  /** Ends once the caller is surely done; nothing is changed before. */
  readonly releasedUrl?: string | undefined;
  readonly canTransfer: boolean;
}

export type PerformResult = StepOutcome & {
  /** To be said before what the next step says. */
  readonly opening?: string | undefined;
  readonly timing: StepTiming;
};

export interface BankActivities {
  /** Does one step at the bank. Safe to repeat: orders have keys. */
  perform(input: PerformInput): Promise<PerformResult>;
}

export interface BankDependencies {
  readonly bank: Bank;
  readonly assistants: Pick<Assistants, 'of'>;
  /** Where recordings of what is said are known. */
  readonly db: Database;
  readonly sealer: Sealer;
  readonly clock: BankClock;
}

type Outcomes = Omit<PerformResult, 'timing'>;

/** A step with what it needs to be done and told. */
interface Doing extends PerformInput {
  readonly bank: Bank;
  readonly sealer: Sealer;
  readonly assistant: Assistant;
  readonly say: Say;
  readonly today: Day;
}

/** Wrong secrets in one call, after which no more are taken. */
const maxTries = 3;

export function createBankActivities({ bank, sealer, assistants, clock, db }: BankDependencies): BankActivities {
  return {
    perform: (input) =>
      runActivity(async (signal) => {
        const assistant = await assistants.of(input.tenant ?? defaultTenant, input.dialog.assistant);
        const say = assistant.saying(input.key);
        const doing: Doing = { ...input, bank, sealer, assistant, say, today: clock.today() };
        const outcome = comeBack(assistant, say, await perform(doing, signal));
        const { next } = outcome;
        if (next.kind === 'said' && input.saidUrl) {
          await sayLines(input.saidUrl, next.reply, { rank: writerRank.bank, signal, tenant: input.tenant ?? defaultTenant, db });
        }
        return outcome;
      }),
  };
}

async function perform(doing: Doing, signal: AbortSignal): Promise<Outcomes> {
  const { step, dialog, assistant, say } = doing;
  try {
    if (step.kind === 'verify') return await verify(doing, step, signal);
    if (step.kind === 'query' || step.kind === 'prepare') return await enquire(doing, step.request);
    const customerId = knownCustomer(dialog);
    if (step.kind !== 'read-back' && step.kind !== 'release') mayAct(assistant, step.action, dialog);
    return await order(doing, customerId, step, signal);
  } catch (error) {
    // The bank refuses: its reason is told, and nothing of it is a secret.
    if (isVoicebotError(error) && error.code === 'conflict') {
      const { message } = error;
      return said(doing, without(dialog, 'pending'), sentences(message, say('not-possible')), [message]);
    }
    throw error;
  }
}

/** Nothing personal is ever read for somebody who is not known. */
function knownCustomer({ customerId, trust }: DialogState): string {
  if (customerId === undefined || trust === 'none') throw new VoicebotError('unauthorized', 'The caller is not verified.');
  return customerId;
}

function mayAct(assistant: Assistant, action: Action, { trust }: DialogState): void {
  const { trust: needed } = intentOf(assistant, action);
  if (needed === 'stepped-up' && trust !== 'stepped-up') {
    throw new VoicebotError('unauthorized', 'The caller may not change anything yet.');
  }
}

async function verify(
  doing: Doing,
  { factor, secret }: Extract<BankStep, { kind: 'verify' }>,
  signal: AbortSignal,
): Promise<Outcomes> {
  const { dialog, key, canTransfer, bank, sealer, assistant, say, tenant = defaultTenant } = doing;
  const { pending, customerNumber } = dialog;
  if (pending?.kind !== 'identify' || customerNumber === undefined) {
    const anew: DialogState = dialog.assistant === undefined ? newDialog : { ...newDialog, assistant: dialog.assistant };
    return said(doing, anew, say('unsure-alone'), []);
  }
  // A try counts, so it waits until the caller is done.
  await released(doing, signal);
  const result = await bank.verify({
    customerNumber: sealer.open(customerNumber),
    factor,
    value: sealer.open(secret),
    key: `${key}-${factor}`,
  });
  const { request } = pending;
  if (result.status === 'verified') {
    const customerHash = sealer.customerHash(tenant, sealer.open(customerNumber));
    const trust = factor === 'phone-pin' ? 'verified' : 'stepped-up';
    const known: DialogState = {
      ...without(dialog, 'pending'),
      trust,
      customerId: result.customerId,
      customerHash,
      failedTries: 0,
    };
    const opening = factor === 'phone-pin' ? say('thank-you', { name: result.name }) : undefined;
    return decided({ ...doing, opening }, start(known, request, { assistant, say, canTransfer }), [result.name]);
  }
  const failedTries = dialog.failedTries + 1;
  const idle: DialogState = { ...without(dialog, 'pending'), failedTries };
  if (result.status === 'locked' || failedTries >= maxTries) {
    const locked: DialogState = { ...without(idle, 'customerNumber', 'customerId'), trust: 'none', locked: true };
    return canTransfer
      ? said(doing, locked, sentences(say('locked'), say('transfer')), [], 'transfer')
      : said(doing, locked, say('locked'), []);
  }
  if (factor === 'security-code') return said(doing, { ...idle, pending: { ...pending, asked: 1 } }, say('wrong-code'), []);
  const again: DialogState = { ...without(idle, 'customerNumber'), pending: { ...pending, need: 'customer-number', asked: 1 } };
  return said(doing, again, say('wrong-details'), []);
}

/** Asks the bank, or finds out what an order means. */
async function enquire(doing: Doing, request: Request): Promise<Outcomes> {
  const { step, dialog, bank, assistant, say, today, key } = doing;
  const intent = assistant.intent(request.intent);
  const customerId = intent.trust === 'none' ? '' : knownCustomer(dialog);
  const enquiry: Enquiry = { bank, customerId, today, say };
  if (step.kind === 'query') {
    const { reply, facts, told = [], merchant } = await answerQuery(enquiry, intent, request.slots);
    const known: DialogState = { ...without(dialog, 'merchant'), ...(merchant === undefined ? {} : { merchant }) };
    return said(doing, told.length > 0 ? { ...known, told } : known, reply, facts);
  }
  const prepared = await prepareOrder(enquiry, intent, request.slots);
  const { reply, facts, told } = prepared;
  const idle = without(told ? { ...dialog, told } : dialog, 'pending');
  if (prepared.kind === 'reply') return said(doing, idle, reply, facts);
  const asked = { request, question: reply, asked: 1 };
  if (prepared.kind === 'ask') {
    const { need, value } = prepared;
    return said(doing, { ...idle, pending: { kind: 'slot', need, ...(value ? { value } : {}), ...asked } }, reply, facts);
  }
  const { action, further } = prepared;
  const pending = { kind: 'confirm', action, order: key, ...asked } as const;
  return said(doing, keepOpen({ ...idle, pending }, further ? [further] : []), reply, facts);
}

/** Orders by the kind of their last part, whose outcome is read back. */
const lastPart: Readonly<Record<Action['kind'], string>> = {
  'card-block': 'block',
  'move-money': 'settle',
  dispute: 'dispute',
  'call-back': 'book',
  operation: 'perform',
};

async function order(
  doing: Doing,
  customerId: string,
  step: Exclude<BankStep, { kind: 'verify' | 'query' | 'prepare' }>,
  signal: AbortSignal,
): Promise<Outcomes> {
  const { dialog, bank, say } = doing;
  const { action, order: orderKey } = step;
  const ordered = { action, order: orderKey };
  const keyOf = (part: string) => `${orderKey}-${part}`;
  const to = (next: BankStep): Outcomes => ({ dialog, next: { kind: 'bank', step: next }, guards: [] });
  switch (step.kind) {
    case 'act': {
      const first = action.kind === 'move-money' ? 'reserve' : lastPart[action.kind];
      const known = await bank.outcomeOf(customerId, keyOf(first));
      if (!known && !(await mayStart(doing, signal))) return said(doing, dialog, say('unheard-confirmation'), []);
      const reservation = await begin(bank, action, { customerId, key: keyOf(first) });
      return to(
        reservation?.kind === 'reservation'
          ? { kind: 'settle', ...ordered, reservationId: reservation.reservation.id }
          : { kind: 'read-back', ...ordered },
      );
    }
    case 'settle': {
      if (action.kind !== 'move-money') throw new VoicebotError('invalid-request', 'Only money is settled.');
      const { reservationId } = step;
      try {
        await bank.settle({ customerId, key: keyOf('settle'), reservationId, toAccountId: action.toId });
      } catch (error) {
        // Refused for good: what was set aside is given back.
        if (isVoicebotError(error) && !error.retryable) return to({ kind: 'release', ...ordered, reservationId });
        throw error;
      }
      return to({ kind: 'read-back', ...ordered });
    }
    case 'release': {
      const { status } = await bank.release({ customerId, key: keyOf('release'), reservationId: step.reservationId });
      // It had been moved after all, and only the answer was lost.
      if (status === 'settled') return to({ kind: 'read-back', ...ordered });
      return said(doing, without(dialog, 'pending'), say('not-possible'), []);
    }
    case 'read-back': {
      const outcome = await bank.outcomeOf(customerId, keyOf(lastPart[action.kind]));
      const { reply, facts } = readBackOf(doing, action, outcome);
      return said(doing, ...offeringMore(doing, action, reply), facts);
    }
  }
}

function readBackOf({ assistant, say, today }: Doing, action: Action, outcome: Outcome | undefined) {
  if (action.kind !== 'operation') return readBack(say, action, outcome);
  const { operation } = assistant.intent(action.intent);
  const answer = outcome?.kind === 'operation' ? outcome.answer : undefined;
  if (!operation) return { reply: say('outcome-unknown'), facts: [] };
  return operationDone(say, operation, action, answer, today);
}

/** What the assistant offers once this is done, unless something else that the caller wanted is open. */
function offeringMore({ dialog, assistant, say }: Doing, action: Action, reply: string): [DialogState, string] {
  const idle = without(dialog, 'pending');
  const intent = intentOf(assistant, action);
  if (intent.afterwards === undefined || (dialog.open ?? []).length > 0) return [idle, reply];
  const matter = { intent: intent.afterwards, text: phraseOf(assistant, intent.afterwards) };
  const question = say('offer-afterwards', { matter: assistant.intent(intent.afterwards).says });
  return [{ ...idle, pending: { kind: 'offer', matter, question } }, sentences(reply, question)];
}

async function begin(
  bank: Bank,
  action: Action,
  order: { readonly customerId: string; readonly key: string },
): Promise<Outcome | undefined> {
  switch (action.kind) {
    case 'card-block':
      return { kind: 'card', card: await bank.blockCard({ ...order, cardId: action.cardId }) };
    case 'dispute':
      return { kind: 'dispute', dispute: await bank.disputeTransaction({ ...order, transactionId: action.transactionId }) };
    case 'call-back':
      return { kind: 'call-back', callBack: await bank.bookCallBack({ ...order, at: action.at, topic: action.topic }) };
    case 'move-money': {
      const { amount, fromId } = action;
      return { kind: 'reservation', reservation: await bank.reserve({ ...order, accountId: fromId, amount }) };
    }
    case 'operation': {
      const { call, values } = action;
      return { kind: 'operation', answer: await bank.perform({ ...order, call, values }) };
    }
  }
}

/** Waits until the caller is done. @throws VoicebotError `line-gone` when they went on, or went away. */
async function released({ releasedUrl }: PerformInput, signal: AbortSignal): Promise<void> {
  if (releasedUrl) await collect(readPipe(releasedUrl, signal));
}

/** Whether an order may begin: its caller is there and done. Without a line nobody confirmed it. */
async function mayStart(input: PerformInput, signal: AbortSignal): Promise<boolean> {
  if (!input.present) return false;
  await released(input, signal);
  return true;
}

/** What a decision of the conversation comes to. */
function decided(doing: Doing, decision: Decision, facts: readonly string[]): Outcomes {
  const { opening } = doing;
  if (decision.kind === 'say') return said(doing, decision.dialog, decision.reply, facts, decision.leadsTo);
  if (decision.kind === 'bank') {
    const next = { kind: 'bank', step: decision.step } as const;
    return { dialog: decision.dialog, next, guards: [], ...(opening ? { opening } : {}) };
  }
  return said(doing, decision.dialog, doing.say('anything-else'), facts);
}

/** A reply in approved words, each of whose numbers must be among the facts, or in the words themselves. */
function said(
  { opening, assistant, say }: Doing,
  dialog: DialogState,
  text: string,
  facts: readonly string[],
  leadsTo?: NextStep,
): Outcomes {
  const guarded = guardReply(text, [...facts, ...assistant.texts]);
  const reply = [opening, guarded.passed ? text : say('unavailable')].filter(Boolean).join(' ');
  return { dialog, guards: guarded.guards, next: { kind: 'said', reply, source: 'bank', ...(leadsTo ? { leadsTo } : {}) } };
}
