import { proxyActivities } from '@temporalio/workflow';
import type { PerformResult } from '../activities/bank.ts';
import type { CacheActivities } from '../activities/cache.ts';
import type { UnderstandInput } from '../activities/understanding.ts';
import type { Exchange, ReplySource } from '../domain/call.ts';
import type { BankStep, Next } from '../domain/dialog/steps.ts';
import type { GuardDecision } from '../domain/guard-decision.ts';
import type { Reading } from '../domain/understanding/reading.ts';
import { type CallSettings, taskQueues } from './definitions.ts';
import { stepsFor } from './steps.ts';

export interface DryRunInput {
  /** Names what is kept of orders that are not placed; the same for the same turn. */
  readonly key: string;
  readonly tenant: string;
  readonly bankName?: string | undefined;
  /** As the turn would be understood. */
  readonly asked: UnderstandInput;
  /** What was said before. */
  readonly history: readonly Exchange[];
  readonly settings: Pick<CallSettings, 'workerWaitMs' | 'stepTimeoutMs'>;
}

export interface DryRunResult {
  /** Empty where a step follows that a dry run does not take. */
  readonly reply: string;
  readonly source: ReplySource;
  readonly intent: string;
  readonly confidence: number;
  readonly citations: readonly string[];
  readonly guards: readonly GuardDecision[];
  /** Version that understood. */
  readonly assistant: string;
  readonly reading?: Reading | undefined;
  /** The step at the bank that would follow, and that would change something there. */
  readonly stoppedBefore?: BankStep['kind'] | undefined;
  /** Trust, and what the bot would wait for. */
  readonly trust: string;
  readonly waitsFor?: string | undefined;
}

/** Nobody is on a line: a version that was never used may have its router taught first. */
const explaining = proxyActivities<Pick<CacheActivities, 'explain'>>({
  taskQueue: taskQueues.cache,
  scheduleToStartTimeout: '15 seconds',
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '10 seconds',
  retry: { maximumAttempts: 2 },
});

/** Asks the bank, and changes nothing there. */
const reads: ReadonlySet<BankStep['kind']> = new Set(['query', 'prepare']);
/** An enquiry comes to its answer in one or two. */
const maxSteps = 4;

/** What would be said: the same understanding, enquiries and model as in a call, without orders, without a call. */
export async function dryRun({ key, tenant, bankName, asked, history, settings }: DryRunInput): Promise<DryRunResult> {
  const understood = await explaining.explain(asked);
  const { intent, confidence, reading, adapter } = understood;
  let { dialog, next }: { dialog: typeof understood.dialog; next: Next } = understood;
  let guards = understood.guards;
  const { bank, llm } = stepsFor(settings);
  for (let n = 0; next.kind === 'bank' && reads.has(next.step.kind) && n < maxSteps; n++) {
    const { canTransfer } = asked;
    const done: PerformResult = await bank.perform({ step: next.step, dialog, tenant, key, present: false, canTransfer });
    dialog = done.dialog;
    next = done.next;
    guards = [...guards, ...done.guards];
  }
  const known = {
    intent,
    confidence,
    reading,
    assistant: dialog.assistant ?? '',
    trust: dialog.trust,
    waitsFor: dialog.pending?.kind,
  };
  if (next.kind === 'said') {
    return { ...known, reply: next.reply, source: next.source, citations: next.citations ?? [], guards };
  }
  if (next.kind === 'bank') {
    return { ...known, reply: '', source: 'bank', citations: [], guards, stoppedBefore: next.step.kind };
  }
  const thought = await llm.think({
    transcript: asked.transcript,
    history,
    ...(adapter ? { adapter } : {}),
    ...(next.instead ? { instead: next.instead } : {}),
    ...(bankName ? { bankName } : {}),
  });
  return {
    ...known,
    reply: thought.reply,
    source: thought.source,
    citations: [],
    guards: [...guards, ...(thought.guards ?? [])],
  };
}
