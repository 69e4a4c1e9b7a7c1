import { CancellationScope, isCancellation, log } from '@temporalio/workflow';
import type { RegisteredAdapter } from '../activities/adapter-files.ts';
import type { PerformInput, PerformResult } from '../activities/bank.ts';
import type { UnderstandResult } from '../activities/understanding.ts';
import type { AnswerScope } from '../domain/answer-scope.ts';
import type { Exchange, Intent, NextStep, StepTiming, TurnTimings } from '../domain/call.ts';
import type { DialogState, SpokenSecret } from '../domain/dialog/state.ts';
import type { BankStep, Next } from '../domain/dialog/steps.ts';
import type { GuardDecision } from '../domain/guard-decision.ts';
import { intentOf } from '../domain/intent.ts';
import { wording } from '../domain/wording.ts';
import type { CallScope } from './definitions.ts';
import { type Answer, StepFailed, step } from './step-failure.ts';
import type { Steps } from './steps.ts';

/** What is to be answered, and what is known. */
export interface Question {
  readonly sessionId: string;
  readonly turn: number;
  readonly transcript: string;
  readonly language: string;
  readonly digits?: SpokenSecret | undefined;
  readonly history: readonly Exchange[];
  readonly dialog: DialogState;
  readonly scope: CallScope;
  readonly canTransfer: boolean;
  readonly mayEnd: boolean;
  /** The caller is there: on the line, or writing. */
  readonly present: boolean;
  readonly saidUrl?: string | undefined;
  readonly releasedUrl?: string | undefined;
}

/** What became known on the way to an answer, kept even where the answer is cut short. */
export class Findings {
  dialog: DialogState | undefined;
  intent: Intent | undefined;
  scope: AnswerScope | undefined;
  citations: readonly string[] = [];
  guards: readonly GuardDecision[] = [];
}

type Words = Omit<Answer, 'spokenMs'>;

/** A conversation that goes on for longer than this has lost its way. */
const maxBankSteps = 8;

/**
 * The words of an answer: understands the caller, does at the bank what follows from it, one durable step after the other, or lets the
 * model talk. Whoever has the words writes them to the `said` pipe, where somebody is on the line.
 * @param later keeps work going that nobody waits for.
 */
export async function answer(
  question: Question,
  steps: Steps,
  findings: Findings,
  label: (what: string) => string,
  later: (name: string, work: Promise<unknown>) => void,
): Promise<Words> {
  const understood = await understand(question, steps, label);
  if (!understood) return withoutUnderstanding(question, steps, label);
  const { timing, searchMs, intent, scope } = understood;
  findings.dialog = understood.dialog;
  findings.intent = intent;
  findings.scope = scope;
  findings.guards = understood.guards;
  const timings: Partial<TurnTimings> = { lookup: timing, searchMs };
  const { next } = understood;
  if (next.kind === 'bank') {
    const words = await performSteps(question, next.step, steps, findings, label, later);
    return { ...words, timings: { ...timings, ...words.timings } };
  }
  if (next.kind === 'said') return said(next, findings, timings);
  return think(question, understood.adapter, steps, findings, label, timings, next.instead);
}

async function understand(
  question: Question,
  { cache }: Steps,
  label: (what: string) => string,
): Promise<UnderstandResult | undefined> {
  const { sessionId, transcript, language, digits, history, dialog, scope, canTransfer, mayEnd, saidUrl } = question;
  const lastReply = history.at(-1)?.reply;
  try {
    return await cache.understand.executeWithOptions({ summary: label('understand') }, [
      { sessionId, transcript, language, dialog, ...scope, canTransfer, mayEnd, digits, lastReply, saidUrl },
    ]);
  } catch (error) {
    if (isCancellation(error)) throw error;
    log.warn('understanding passed over', { error: String(error) });
    return undefined;
  }
}

/** Nobody understands callers at the moment: what their words plainly say is done, and nothing about banking is claimed. */
async function withoutUnderstanding(question: Question, steps: Steps, label: (what: string) => string): Promise<Words> {
  const { transcript, canTransfer, mayEnd, saidUrl } = question;
  const answered = plainAnswer(intentOf(transcript), { canTransfer, mayEnd });
  if (!answered) return think(question, undefined, steps, new Findings(), label, {}, wording.notUnderstood);
  const { reply, leadsTo } = answered;
  const spoken = await step('think', () =>
    steps.llm.think.executeWithOptions({ summary: label('say') }, [{ transcript, history: [], saidUrl, approved: reply }]),
  );
  return { reply, source: 'approved', timings: { think: spoken.timing }, ...(leadsTo ? { next: leadsTo } : {}) };
}

function plainAnswer(
  intent: Intent,
  { canTransfer, mayEnd }: Pick<Question, 'canTransfer' | 'mayEnd'>,
): { readonly reply: string; readonly leadsTo?: NextStep } | undefined {
  if (intent === 'person')
    return canTransfer ? { reply: wording.transfer, leadsTo: 'transfer' } : { reply: wording.transferFailed };
  if (intent === 'goodbye' && mayEnd) return { reply: wording.goodbye, leadsTo: 'end' };
  return intent === 'banking' ? { reply: wording.unavailable } : undefined;
}

async function performSteps(
  question: Question,
  first: BankStep,
  steps: Steps,
  findings: Findings,
  label: (what: string) => string,
  later: (name: string, work: Promise<unknown>) => void,
): Promise<Words> {
  const { sessionId, turn, canTransfer, present, saidUrl, releasedUrl } = question;
  const { tenant } = question.scope;
  const common = { key: `${sessionId}-${turn}`, tenant, present, saidUrl, releasedUrl, canTransfer };
  let bank: StepTiming | undefined;
  let opening: string | undefined;
  let following: Next = { kind: 'bank', step: first };
  for (let n = 0; following.kind === 'bank' && n < maxBankSteps; n++) {
    const doing: BankStep = following.step;
    const input: PerformInput = { ...common, step: doing, dialog: findings.dialog ?? question.dialog, opening };
    const done: PerformResult = await step(doing.kind, () =>
      steps.bank.perform.executeWithOptions({ summary: label(doing.kind) }, [input]),
    ).catch((error) => {
      if (doing.kind === 'settle') {
        // Whether the money was moved is not known; what was set aside must not stay so.
        const release = { ...input, step: { ...doing, kind: 'release' } as const, saidUrl: undefined, releasedUrl: undefined };
        later(
          'giving money back',
          CancellationScope.nonCancellable(() => steps.bankLater.perform(release)),
        );
      }
      throw error;
    });
    const { dialog, next, guards, timing } = done;
    opening = done.opening ?? opening;
    findings.dialog = dialog;
    findings.guards = [...findings.guards, ...guards];
    bank = { queueMs: (bank?.queueMs ?? 0) + timing.queueMs, workMs: (bank?.workMs ?? 0) + timing.workMs };
    following = next;
  }
  if (following.kind !== 'said')
    throw new StepFailed({ step: 'bank', code: 'engine-failed', message: 'The bank came to no answer.' });
  return said(following, findings, { bank });
}

function said(next: Extract<Next, { kind: 'said' }>, findings: Findings, timings: Partial<TurnTimings>): Words {
  const { reply, source, leadsTo, citations = [] } = next;
  findings.citations = citations;
  return { reply, source, timings, ...(leadsTo ? { next: leadsTo } : {}) };
}

async function think(
  { transcript, history, saidUrl, scope: { bankName } }: Question,
  adapter: RegisteredAdapter | undefined,
  { llm }: Steps,
  findings: Findings,
  label: (what: string) => string,
  timings: Partial<TurnTimings>,
  instead?: string,
): Promise<Words> {
  const input = {
    transcript,
    history,
    saidUrl,
    ...(adapter ? { adapter } : {}),
    ...(instead ? { instead } : {}),
    ...(bankName ? { bankName } : {}),
  };
  const thought = await step('think', () => llm.think.executeWithOptions({ summary: label('think') }, [input]));
  findings.guards = [...findings.guards, ...(thought.guards ?? [])];
  // What was said without the adapter is not kept as its answer.
  if (thought.adapter !== adapter?.name) findings.scope = undefined;
  const { reply, source, timing, firstSentenceMs } = thought;
  return { reply, source, timings: { ...timings, think: timing, firstSentenceMs } };
}
