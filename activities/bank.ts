import type { Bank, Outcome } from '../domain/bank/bank.ts';
import type { NextStep, StepTiming } from '../domain/call.ts';
import { comeBack, keepOpen } from '../domain/dialog/agenda.ts';
import { answerQuery } from '../domain/dialog/bank-replies.ts';
import { type Decision, start } from '../domain/dialog/decide.ts';
import { prepareOrder, readBack } from '../domain/dialog/order-replies.ts';
import { say } from '../domain/dialog/say.ts';
import { type Action, type DialogState, newDialog, without } from '../domain/dialog/state.ts';
import type { BankStep, StepOutcome } from '../domain/dialog/steps.ts';
import { isVoicebotError, VoicebotError } from '../domain/errors.ts';
import { guardReply } from '../domain/facts-guard.ts';
import { todayIn } from '../domain/language/dates.ts';
import { wording } from '../domain/wording.ts';
import { readPipe } from '../media/client.ts';
import { collect } from '../media/pipe.ts';
import type { Sealer } from '../media/sealed.ts';
import { runActivity } from './run-activity.ts';
import { sayLines } from './say-lines.ts';
import { writerRank } from './take-pipe.ts';

export interface PerformInput {
  readonly step: BankStep;
  readonly dialog: DialogState;
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
  readonly sealer: Sealer;
  /** IANA name; "today" is the day there. */
  readonly timeZone: string;
}

type Outcomes = Omit<PerformResult, 'timing'>;

/** Wrong secrets in one call, after which no more are taken. */
const maxTries = 3;

export function createBankActivities(deps: BankDependencies): BankActivities {
  return {
    perform: (input) =>
      runActivity(async (signal) => {
        const outcome = comeBack(await perform(deps, input, signal));
        const { next } = outcome;
        if (next.kind === 'said' && input.saidUrl) {
          await sayLines(input.saidUrl, next.reply, { rank: writerRank.bank, signal });
        }
        return outcome;
      }),
  };
}

async function perform(deps: BankDependencies, input: PerformInput, signal: AbortSignal): Promise<Outcomes> {
  const { step, dialog } = input;
  try {
    if (step.kind === 'verify') return await verify(deps, input, step, signal);
    const { customerId } = dialog;
    // Nothing personal is ever read for somebody who is not known.
    if (customerId === undefined || dialog.trust === 'none') {
      throw new VoicebotError('unauthorized', 'The caller is not verified.');
    }
    if (step.kind === 'query') {
      const { reply, facts, told = [] } = await answerQuery(deps.bank, customerId, step.request, todayIn(deps.timeZone));
      return said(input, told.length > 0 ? { ...dialog, told } : dialog, reply, facts);
    }
    if (step.kind === 'prepare') return await prepare(deps, input, customerId, step);
    if (step.kind !== 'read-back' && step.kind !== 'release') mayAct(step.action, dialog);
    return await order(deps, input, customerId, step, signal);
  } catch (error) {
    // The bank refuses: its reason is told, and nothing of it is a secret.
    if (isVoicebotError(error) && error.code === 'conflict') {
      const { message } = error;
      return said(input, without(dialog, 'pending'), `${message} ${say.notPossible}`, [message]);
    }
    throw error;
  }
}

function mayAct(action: Action, { trust }: DialogState): void {
  if (action.kind !== 'call-back' && trust !== 'stepped-up') {
    throw new VoicebotError('unauthorized', 'The caller may not change anything yet.');
  }
}

async function verify(
  deps: BankDependencies,
  input: PerformInput,
  { factor, secret }: Extract<BankStep, { kind: 'verify' }>,
  signal: AbortSignal,
): Promise<Outcomes> {
  const { dialog, key, canTransfer } = input;
  const { pending, customerNumber } = dialog;
  if (pending?.kind !== 'identify' || customerNumber === undefined) return said(input, newDialog, say.unsureAlone, []);
  // A try counts, so it waits until the caller is done.
  await released(input, signal);
  const result = await deps.bank.verify({
    customerNumber: deps.sealer.open(customerNumber),
    factor,
    value: deps.sealer.open(secret),
    key: `${key}-${factor}`,
  });
  const { request } = pending;
  if (result.status === 'verified') {
    const trust = factor === 'phone-pin' ? 'verified' : 'stepped-up';
    const known: DialogState = { ...without(dialog, 'pending'), trust, customerId: result.customerId, failedTries: 0 };
    const opening = factor === 'phone-pin' ? `Thank you, ${result.name}.` : undefined;
    return decided({ ...input, opening }, start(known, request, { canTransfer }), [result.name]);
  }
  const failedTries = dialog.failedTries + 1;
  const idle: DialogState = { ...without(dialog, 'pending'), failedTries };
  if (result.status === 'locked' || failedTries >= maxTries) {
    const locked: DialogState = { ...without(idle, 'customerNumber', 'customerId'), trust: 'none', locked: true };
    return canTransfer
      ? said(input, locked, `${say.locked} ${wording.transfer}`, [], 'transfer')
      : said(input, locked, say.locked, []);
  }
  if (factor === 'security-code') return said(input, { ...idle, pending: { ...pending, asked: 1 } }, say.wrongCode, []);
  const again: DialogState = { ...without(idle, 'customerNumber'), pending: { ...pending, need: 'customer-number', asked: 1 } };
  return said(input, again, say.wrongDetails, []);
}

async function prepare(
  deps: BankDependencies,
  input: PerformInput,
  customerId: string,
  { request }: Extract<BankStep, { kind: 'prepare' }>,
): Promise<Outcomes> {
  const prepared = await prepareOrder(deps.bank, customerId, request, todayIn(deps.timeZone));
  const { reply, facts, told } = prepared;
  const idle = without(told ? { ...input.dialog, told } : input.dialog, 'pending');
  if (prepared.kind === 'reply') return said(input, idle, reply, facts);
  const asked = { request, question: reply, asked: 1 };
  const pending =
    prepared.kind === 'confirm'
      ? ({ kind: 'confirm', action: prepared.action, order: input.key, ...asked } as const)
      : ({ kind: 'slot', need: prepared.need, ...asked } as const);
  const further = prepared.kind === 'confirm' && prepared.further ? [prepared.further] : [];
  return said(input, keepOpen({ ...idle, pending }, further), reply, facts);
}

/** Orders by the kind of their last part, whose outcome is read back. */
const lastPart: Readonly<Record<Action['kind'], string>> = {
  'card-block': 'block',
  'move-money': 'settle',
  dispute: 'dispute',
  'call-back': 'book',
};

async function order(
  { bank }: BankDependencies,
  input: PerformInput,
  customerId: string,
  step: Exclude<BankStep, { kind: 'verify' | 'query' | 'prepare' }>,
  signal: AbortSignal,
): Promise<Outcomes> {
  const { dialog } = input;
  const { action, order: orderKey } = step;
  const ordered = { action, order: orderKey };
  const keyOf = (part: string) => `${orderKey}-${part}`;
  const to = (next: BankStep): Outcomes => ({ dialog, next: { kind: 'bank', step: next }, guards: [] });
  switch (step.kind) {
    case 'act': {
      const first = action.kind === 'move-money' ? 'reserve' : lastPart[action.kind];
      const known = await bank.outcomeOf(customerId, keyOf(first));
      if (!known && !(await mayStart(input, signal))) return said(input, dialog, say.unheardConfirmation, []);
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
      return said(input, without(dialog, 'pending'), say.notPossible, []);
    }
    case 'read-back': {
      const outcome = await bank.outcomeOf(customerId, keyOf(lastPart[action.kind]));
      const { reply, facts } = readBack(action, outcome);
      return said(input, without(dialog, 'pending'), reply, facts);
    }
  }
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
function decided(input: PerformInput, decision: Decision, facts: readonly string[]): Outcomes {
  const { opening } = input;
  if (decision.kind === 'say') return said(input, decision.dialog, decision.reply, facts, decision.leadsTo);
  if (decision.kind === 'bank') {
    const next = { kind: 'bank', step: decision.step } as const;
    return { dialog: decision.dialog, next, guards: [], ...(opening ? { opening } : {}) };
  }
  return said(input, decision.dialog, say.anythingElse, facts);
}

/** A reply in approved words, each of whose numbers must be among the facts. */
function said(
  { opening }: PerformInput,
  dialog: DialogState,
  text: string,
  facts: readonly string[],
  leadsTo?: NextStep,
): Outcomes {
  const guarded = guardReply(text, [...facts, ...approved]);
  const reply = [opening, guarded.passed ? text : say.unavailable].filter(Boolean).join(' ');
  return { dialog, guards: guarded.guards, next: { kind: 'said', reply, source: 'bank', ...(leadsTo ? { leadsTo } : {}) } };
}

/** Numbers that approved wording itself contains. */
const approved = ['eight', 'five', 'six', 'first', 'second', 'one'];
