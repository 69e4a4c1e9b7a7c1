import {
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { MessageCheckActivities } from '../activities/message-check.ts';
import type { MessageRecordActivities, WorkItem, WorkPage, WorkPart } from '../activities/message-records.ts';
import type { MessageSpeechActivities } from '../activities/message-speech.ts';
import type { ItemCounts, ItemState } from '../domain/messages/message.ts';
import { recordedText } from '../domain/messages/parts.ts';
import { type VoiceEngineId, voiceTaskQueues } from '../domain/voices/engine.ts';
import { type BatchInput, batchProgress, pauseBatch, resumeBatch, taskQueues } from './definitions.ts';
import { describeFailure } from './step-failure.ts';

/** Items of one run: its history stays small. */
const itemsPerRun = 200;
const itemsPerPage = 50;

/** Items of one engine under way: with Kokoro one is spoken, one waits for the voice, and one is listened to or mastered. */
const windows: Readonly<Partial<Record<VoiceEngineId, number>>> = { kokoro: 4 };
/** Those that work for minutes at an item take one at a time, and have the next one ready. */
const defaultWindow = 2;

/** Whatever serves a caller is taken first (1 to 5, 3 where nothing is said). */
const behindCalls = { priorityKey: 5 };

/** Waits until nobody is on the line of its worker, and speaks for up to an hour. */
const patient = {
  startToCloseTimeout: '12 hours',
  heartbeatTimeout: '10 seconds',
  // What another try cannot mend is not retried; the rest is a worker that was stopped or killed.
  retry: { initialInterval: 1_000, backoffCoefficient: 2, maximumInterval: 60_000, maximumAttempts: 10 },
  priority: behindCalls,
} as const;

const checks = proxyActivities<MessageCheckActivities>({ ...patient, taskQueue: taskQueues.stt });

// Rows, and the mastering of what was spoken; nobody waits, and it must not be lost: retried for a day.
const records = proxyActivities<MessageRecordActivities>({
  taskQueue: taskQueues.records,
  startToCloseTimeout: '10 minutes',
  scheduleToCloseTimeout: '24 hours',
  retry: { initialInterval: 500, backoffCoefficient: 2, maximumInterval: 30_000 },
  priority: behindCalls,
});
const mastering = proxyActivities<Pick<MessageRecordActivities, 'joinParts' | 'keepMessage'>>({
  ...patient,
  taskQueue: taskQueues.records,
});

const speech = (engine: string) =>
  proxyActivities<MessageSpeechActivities>({ ...patient, taskQueue: voiceTaskQueues[engine as VoiceEngineId] });

/**
 * Makes the messages of a batch. Which items are done stands in the database, so that a run that is continued, retried or begun again goes on with
 * what is open. Each engine works at its own pace.
 */
export async function batch({ tenant, batchId, window, paused: pausedBefore = false }: BatchInput): Promise<ItemCounts> {
  const ref = { tenant, batchId };
  const run = { paused: pausedBefore, running: 0, begun: 0, settled: 0 };
  const opened = await records.openBatch(ref);
  const counts: Record<ItemState, number> = { ...opened.counts };
  const tell = () => {
    const { pending, created, reused, failed, rejected } = counts;
    const all = pending + created + reused + failed + rejected;
    setCurrentDetails(
      `**${opened.name}**: ${all - pending} of ${all} (${created} created, ${reused} reused, ${failed} failed, ${rejected} rejected)${run.paused ? ', paused' : ''}`,
    );
  };
  setHandler(batchProgress, () => ({ paused: run.paused, running: run.running, counts }));
  setHandler(pauseBatch, () => {
    run.paused = true;
    tell();
  });
  setHandler(resumeBatch, () => {
    run.paused = false;
    tell();
  });
  tell();

  const count = (state: ItemState, n = 1) => {
    run.settled += n;
    counts[state] += n;
    counts.pending -= n;
    tell();
  };

  async function speak({ engine, voice, speed }: WorkItem, what: { readonly text: string; readonly blobKey: string }) {
    const { workMs } = await speech(engine).speakMessage({ engine, voice, speed, text: what.text, blobKey: what.blobKey });
    return { workMs };
  }

  /** What is recorded of a message that is filled in call by call. */
  async function speakParts(item: WorkItem, parts: readonly WorkPart[]) {
    let workMs = 0;
    for (const { text, blobKey } of parts) {
      if (blobKey !== undefined) workMs += (await speak(item, { text, blobKey })).workMs ?? 0;
    }
    return { workMs, parts: (await mastering.joinParts({ blobKey: item.blobKey, parts })).parts };
  }

  async function make(item: WorkItem): Promise<void> {
    run.running++;
    try {
      const { text, blobKey, line } = item;
      try {
        const spoken = item.parts ? await speakParts(item, item.parts) : await speak(item, item);
        const recorded = item.parts ? recordedText(item.parts) : text;
        const checked = opened.check ? await checks.checkMessage({ blobKey, text: recorded, language: opened.language }) : {};
        await mastering.keepMessage({ ...ref, item, ...spoken, ...checked });
        count('created');
      } catch (error) {
        if (isCancellation(error)) throw error;
        const { code, message } = describeFailure('message', error);
        await records.failItem({ ...ref, line, code, message });
        count('failed');
      }
    } finally {
      run.running--;
    }
  }

  const mayBegin = () => run.begun < itemsPerRun && !workflowInfo().continueAsNewSuggested;

  /** @returns whether there is more for another run. */
  async function lane(engine: string): Promise<boolean> {
    const atOnce = window ?? windows[engine as VoiceEngineId] ?? defaultWindow;
    const running = new Set<Promise<void>>();
    let waiting: WorkItem[] = [];
    let next: number | undefined = 0;
    let failure: unknown;
    while (mayBegin() && failure === undefined) {
      await condition(() => !run.paused);
      if (waiting.length === 0) {
        if (next === undefined) break;
        const page: WorkPage = await records.batchItems({ ...ref, engine, after: next, limit: itemsPerPage });
        if (page.reused > 0) count('reused', page.reused);
        waiting = [...page.items];
        next = page.next;
        continue;
      }
      const item = waiting.shift() as WorkItem;
      run.begun++;
      const work = make(item)
        .catch((error) => {
          failure = error;
        })
        .finally(() => running.delete(work));
      running.add(work);
      if (running.size >= atOnce) await Promise.race(running);
    }
    await Promise.all(running);
    if (failure !== undefined) throw failure;
    return waiting.length > 0 || next !== undefined;
  }

  try {
    if (opened.state !== 'paused') await records.setBatchState({ ...ref, state: 'running' });
    const unfinished = await Promise.all(opened.engines.map(lane));
    // Items that say the same as one that was under way were left for another pass.
    if (unfinished.includes(true) || (counts.pending > 0 && run.settled > 0)) {
      await continueAsNew<typeof batch>({ ...ref, window, paused: run.paused });
    }
    await records.setBatchState({ ...ref, state: 'done' });
    return counts;
  } catch (error) {
    if (isCancellation(error)) {
      await CancellationScope.nonCancellable(() => records.setBatchState({ ...ref, state: 'cancelled' }));
    }
    throw error;
  }
}
