import { randomUUID } from 'node:crypto';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CallSettings,
  callState,
  hangUp,
  played,
  retryTurn,
  retryTurnWorkflow,
  speakOnceWorkflow,
  takeTurn,
  taskQueues,
} from '../../workflows/definitions.ts';
import type { speakOnce } from '../../workflows/probes.ts';
import { useCallWorkflows } from '../support/call-workflows.ts';
import { until } from '../support/until.ts';

const settings: CallSettings = {
  sessionTimeoutMs: 60_000,
  workerWaitMs: 5_000,
  stepTimeoutMs: 10_000,
  keepAudio: false,
  keepFailedAudio: true,
  maxListenMs: 30_000,
};

const calls = useCallWorkflows(settings);
const { start } = calls;
type Handle = Awaited<ReturnType<typeof start>>;

const media = (words: string) => ({ heardUrl: words, transcriptUrl: 'transcript', saidUrl: 'said', spokenUrl: 'spoken' });
const say = (handle: Handle, turn: number, words: string) =>
  handle.executeUpdate(takeTurn, { args: [{ turn, media: media(words) }] });
const sayLive = (handle: Handle, turn: number, words: string) =>
  handle.executeUpdate(takeTurn, { args: [{ turn, attempt: 'a', live: true, media: media(words) }] });

const lineGone = () => {
  throw ApplicationFailure.nonRetryable('The turn has ended.', 'line-gone');
};
const broken = () => {
  throw ApplicationFailure.nonRetryable('The model is broken.', 'engine-failed');
};

describe('a single speech', () => {
  const speech = async (speak: typeof calls.steps.tts.speak, waitedForMs = 60_000) => {
    calls.steps.tts.speak = speak;
    const handle = await calls.environment.client.workflow.start<typeof speakOnce>(speakOnceWorkflow, {
      workflowId: randomUUID(),
      taskQueue: taskQueues.calls,
      args: [{ text: 'Good morning.', spokenUrl: 'spoken', settings, waitedForMs }],
    });
    await handle.result().catch(() => undefined);
    return (await handle.describe()).status.name;
  };

  it('for whom nobody waits any more ends, and only what went wrong counts as failed', async () => {
    expect(await speech(async () => lineGone())).toBe('COMPLETED');
    expect(await speech(async () => broken())).toBe('FAILED');
    const away = () => Promise.reject(new Error('connect ECONNREFUSED'));
    expect(await speech(away, 1_000)).toBe('COMPLETED');
  });
});

describe('a turn whose line is gone', () => {
  it('is answered in words, which enter the memory of the call when its caller comes back and hears them', async () => {
    const { speak } = calls.steps.tts;
    calls.steps.tts.speak = async () => lineGone();
    const handle = await start();
    const outcome = await sayLive(handle, 1, 'How are you?');
    expect(outcome).toMatchObject({ status: 'answered', reply: 'You said: How are you?', unheard: true, spokenMs: 0 });
    calls.steps.tts.speak = speak;
    expect((await handle.query(callState)).recent).toMatchObject([{ turn: 1, unheard: true }]);
    await handle.signal(played, { turn: 1, attempt: 'a', heardReply: 'You said:', playedMs: 700, interrupted: true });
    await sayLive(handle, 2, 'What did you say?');
    // One exchange of the past: what was heard.
    expect(calls.steps.thoughts.at(-1)).toBe('What did you say? [1]');
    await handle.signal(hangUp);
    await handle.result();
    expect(calls.steps.recorded.map(({ outcome }) => [outcome.turn, outcome.playback?.heardReply])).toEqual([
      [1, undefined],
      [1, 'You said:'],
      [2, undefined],
    ]);
  });

  it('is unknown to the memory of the call while nobody has heard its answer', async () => {
    const { speak } = calls.steps.tts;
    calls.steps.tts.speak = async () => lineGone();
    const handle = await start();
    await say(handle, 1, 'How are you?');
    calls.steps.tts.speak = speak;
    await say(handle, 2, 'Hello again.');
    expect(calls.steps.thoughts.at(-1)).toBe('Hello again. [0]');
    await handle.signal(hangUp);
    await handle.result();
  });

  it('fails with that cause when nothing was understood or kept', async () => {
    calls.steps.stt.transcribe = async () => lineGone();
    const handle = await start();
    expect(await sayLive(handle, 1, 'How are you?')).toMatchObject({
      ...{ status: 'failed', transcript: '', reply: '', unheard: true, error: { step: 'transcribe', code: 'line-gone' } },
    });
    await handle.signal(hangUp);
    await handle.result();
    expect(calls.steps.recorded).toHaveLength(1);
  });

  it('fails with that cause when the records cannot be asked either', async () => {
    calls.steps.stt.transcribe = async () => lineGone();
    calls.steps.records.recallTurn = async () => {
      throw ApplicationFailure.nonRetryable('No database.');
    };
    const handle = await start();
    expect(await say(handle, 1, 'Hello.')).toMatchObject({ status: 'failed', error: { code: 'line-gone' } });
    await handle.signal(hangUp);
    await handle.result();
  });
});

describe('a failed turn', () => {
  it('is answered by another try, once, however many ask for it', async () => {
    const { think } = calls.steps.llm;
    calls.steps.llm.think = async () => broken();
    const handle = await start();
    expect(await say(handle, 1, 'How are you?')).toMatchObject({ status: 'failed', transcript: 'How are you?' });
    await until('it is recorded', () => calls.steps.recorded.length === 1);
    calls.steps.llm.think = think;
    const again = () => handle.executeUpdate(retryTurn, { args: [{ turn: 1 }] });
    const [first, second] = await Promise.all([again(), again()]);
    expect(first).toMatchObject({ status: 'answered', reply: 'You said: How are you?', retries: 1, unheard: true });
    expect(second).toEqual(first);
    await until('the answer is recorded', () => calls.steps.recorded.length === 2);
    // Once it is answered, that is the answer.
    expect(await again()).toMatchObject({ reply: 'You said: How are you?' });
    expect(calls.steps.thoughts).toHaveLength(1);
    // Its caller is back on the line and hears it: now it belongs to what was said.
    await handle.signal(played, { turn: 1, heardReply: 'You said: How are you?', playedMs: 900, interrupted: false });
    expect((await handle.query(callState)).recent[0]).toMatchObject({ spokenMs: 900, playback: { interrupted: false } });
    await say(handle, 2, 'And now?');
    expect(calls.steps.thoughts.at(-1)).toBe('And now? [1]');
    await handle.signal(hangUp);
    await handle.result();
  });

  it('keeps what was said as audio, and is tried again from it where no words were understood', async () => {
    const { transcribe } = calls.steps.stt;
    calls.steps.stt.transcribe = async () => broken();
    const handle = await start();
    await say(handle, 1, 'Something.');
    await until('it is recorded', () => calls.steps.recorded.length === 1);
    expect(calls.steps.kept).toEqual([1]);
    expect(calls.steps.recorded[0]?.recordings).toHaveLength(1);
    calls.steps.stt.transcribe = transcribe;
    const outcome = await handle.executeUpdate(retryTurn, { args: [{ turn: 1 }] });
    expect(outcome.transcript).toMatch(/^\(again: .*\/1\)$/);
    await handle.signal(hangUp);
    await handle.result();
    // It was answered, so its audio goes.
    expect(calls.steps.recorded[1]).toMatchObject({ dropAudio: true, outcome: { status: 'answered' } });
  });

  it('is tried again after its call has ended', async () => {
    const { think } = calls.steps.llm;
    calls.steps.llm.think = async () => broken();
    const handle = await start();
    await say(handle, 1, 'How are you?');
    await handle.signal(hangUp);
    await handle.result();
    const sessionId = handle.workflowId.replace('call-', '');
    const tryAgain = () =>
      calls.environment.client.workflow.execute(retryTurnWorkflow, {
        workflowId: `retry-${randomUUID()}`,
        taskQueue: taskQueues.calls,
        args: [{ sessionId, turn: 1, settings }],
      });
    expect(await tryAgain()).toMatchObject({ status: 'failed', retries: 1, error: { step: 'think' } });
    calls.steps.llm.think = think;
    expect(await tryAgain()).toMatchObject({ status: 'answered', retries: 2, reply: 'You said: How are you?' });
    expect(calls.steps.recorded.map(({ outcome }) => outcome.status)).toEqual(['failed', 'failed', 'answered']);
  });

  it.each([0, 2, 1.5])('cannot be tried again as turn %d, which is none', async (turn) => {
    const handle = await start();
    await say(handle, 1, 'Hello.');
    const refused = await handle.executeUpdate(retryTurn, { args: [{ turn }] }).catch((error) => error);
    expect(refused).toBeInstanceOf(WorkflowUpdateFailedError);
    expect(refused.cause).toMatchObject({ type: 'InvalidTurn' });
    await handle.signal(hangUp);
    await handle.result();
  });

  it('is answered when its call is reset to before it failed, as the Temporal UI does', async () => {
    const { think } = calls.steps.llm;
    calls.steps.llm.think = async () => broken();
    const handle = await start();
    await say(handle, 1, 'How are you?');
    calls.steps.llm.think = think;
    await say(handle, 2, 'Good.');
    await until('both are recorded', () => calls.steps.recorded.length === 2);
    // The pipes of both turns are gone by now.
    calls.steps.stt.transcribe = async () => lineGone();
    calls.steps.tts.speak = async () => lineGone();
    const { events } = await handle.fetchHistory();
    const scheduled = events?.find((event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'think');
    const reset = await calls.environment.client.workflowService.resetWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId: handle.workflowId },
      workflowTaskFinishEventId: scheduled?.activityTaskScheduledEventAttributes?.workflowTaskCompletedEventId ?? null,
      requestId: randomUUID(),
      reason: 'the model is mended',
    });
    const again = calls.environment.client.workflow.getHandle(handle.workflowId, reset.runId ?? undefined);
    await until('the turn is answered', () =>
      calls.steps.recorded.some(({ outcome }) => outcome.turn === 1 && outcome.status === 'answered'),
    );
    const state = await until('the later turn is there again', async () => {
      const known = await again.query(callState);
      return known.recent.length === 2 && known;
    });
    expect(state.recent).toMatchObject([
      { turn: 1, status: 'answered', reply: 'You said: How are you?' },
      { turn: 2, status: 'answered', reply: 'You said: Good.' },
    ]);
    // The later turn was answered before and is not thought of again.
    expect(calls.steps.thoughts.map((thought) => thought.split(' [')[0])).toEqual(['Good.', 'How are you?']);
    await again.signal(hangUp);
    await again.result();
  });
});

describe('a long call', () => {
  it('begins a new history again and again, and goes on in its numbers and its memory', { timeout: 240_000 }, async () => {
    const handle = await start({ maxHistoryEvents: 400 });
    const turns = 60;
    for (let turn = 1; turn <= turns; turn++) {
      expect(await say(handle, turn, `This is number ${turn}.`)).toMatchObject({ turn, status: 'answered' });
    }
    const described = await handle.describe();
    // Those turns make more than 2,000 events in all.
    expect(described.historyLength).toBeLessThan(600);
    expect(await handle.query(callState)).toMatchObject({ lastTurn: turns });
    expect(calls.steps.thoughts.at(-1)).toBe(`This is number ${turns}. [20]`);
    await handle.signal(hangUp);
    expect(await handle.result()).toMatchObject({ turns, reason: 'hangup' });
    expect(calls.steps.recorded.map(({ outcome }) => outcome.turn)).toEqual(Array.from({ length: turns }, (_, i) => i + 1));
    expect(calls.steps.ended).toEqual(['ended by hangup']);
  });
});

describe('numbers of turns', () => {
  it('are given once and without a gap, however many ask at once', { timeout: 120_000 }, async () => {
    // Clients that do not know of each other, each asking for some turns, again and again, in any order.
    const asked = fc.array(fc.integer({ min: -1, max: 6 }), { minLength: 1, maxLength: 14 });
    await fc.assert(
      fc.asyncProperty(asked, async (turns) => {
        const handle = await start();
        const before = calls.steps.recorded.length;
        const answers = await Promise.allSettled(turns.map((turn) => say(handle, turn, `Number ${turn}.`)));
        const outcomes = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
        for (const answer of answers) if (answer.status === 'rejected') expect(answer.reason.cause.type).toBe('InvalidTurn');
        await handle.signal(hangUp);
        const { turns: last } = await handle.result();
        const recorded = calls.steps.recorded.slice(before).map(({ outcome }) => outcome.turn);
        // Each number once, from 1 on; and who asked for a turn that was taken got its one answer.
        expect(recorded).toEqual(Array.from({ length: last }, (_, i) => i + 1));
        for (const { turn, reply } of outcomes) expect(reply).toBe(`You said: Number ${turn}.`);
        expect(new Set(outcomes.map(({ turn }) => turn)).size).toBe(last);
      }),
      { seed: 5, numRuns: 15 },
    );
  });
});
