import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import type { Playback } from '../../domain/call.ts';
import { wording } from '../../domain/wording.ts';
import {
  type CallSettings,
  callState,
  dropAttempt,
  hangUp,
  played,
  type TakeTurnInput,
  takeTurn,
  transferCall,
} from '../../workflows/definitions.ts';
import { useCallWorkflows } from '../support/call-workflows.ts';
import { until } from '../support/until.ts';

const settings: CallSettings = {
  sessionTimeoutMs: 60_000,
  workerWaitMs: 2_000,
  stepTimeoutMs: 10_000,
  keepAudio: false,
  scope: { tenant: 'default', persona: 'default' },
  canTransfer: true,
  maxListenMs: 20_000,
};

const calls = useCallWorkflows(settings);
const { start } = calls;
type Handle = Awaited<ReturnType<typeof start>>;

const media = (words: string) => ({ heardUrl: words, transcriptUrl: 'transcript', saidUrl: 'said', spokenUrl: 'spoken' });
const say = (handle: Handle, turn: number, attempt: string, words: string, more: Partial<TakeTurnInput> = {}) =>
  handle.executeUpdate(takeTurn, { args: [{ turn, attempt, media: media(words), live: true, ...more }] });
const heardAll = (turn: number, attempt: string, heardReply: string): Playback => ({
  turn,
  attempt,
  heardReply,
  playedMs: 500,
  interrupted: false,
});

/** Listening that goes on until the test says what was heard, or the step is cancelled. */
function openEars() {
  const waiting = new Map<string, (words: string) => void>();
  const heard = (url: string) => new Promise<string>((resolve) => waiting.set(url, resolve));
  calls.steps.stt.transcribe = async ({ heardUrl = '' }) => ({
    text: await heard(heardUrl),
    language: 'en',
    audioMs: 1000,
    lowConfidence: false,
    timing: { queueMs: 1, workMs: 1 },
  });
  return {
    listening: (url: string) => until(`somebody listens to ${url}`, () => waiting.has(url)),
    hear: (url: string, words: string) => waiting.get(url)?.(words),
  };
}

describe('a turn of a live caller', () => {
  it('counts when its reply was played, and what was played is recorded', async () => {
    const handle = await start();
    expect(await say(handle, 1, 'a', 'Hello there.')).toMatchObject({
      status: 'answered',
      turn: 1,
      attempt: 'a',
      next: 'listen',
    });
    expect(calls.steps.recorded).toHaveLength(0);
    await handle.signal(played, heardAll(1, 'a', 'You said: Hello there.'));
    await until('the turn is recorded', () => calls.steps.recorded.length === 1);
    expect(calls.steps.recorded[0]?.outcome).toMatchObject({ turn: 1, playback: { interrupted: false, playedMs: 500 } });
    await handle.signal(hangUp);
    await handle.result();
  });

  it('is taken by a later attempt when the caller goes on speaking, and nothing of the earlier one remains', async () => {
    const ears = openEars();
    const handle = await start();
    const first = say(handle, 1, 'a', 'first');
    await ears.listening('first');
    const second = say(handle, 1, 'b', 'second');
    expect(await first).toMatchObject({ status: 'superseded' });
    await ears.listening('second');
    ears.hear('first', 'How is');
    ears.hear('second', 'How is the weather?');
    expect(await second).toMatchObject({ status: 'answered', transcript: 'How is the weather?', attempt: 'b' });
    await handle.signal(played, heardAll(1, 'b', 'You said: How is the weather?'));
    await handle.signal(hangUp);
    expect(await handle.result()).toMatchObject({ turns: 1 });
    expect(calls.steps.recorded.map(({ outcome }) => outcome.transcript)).toEqual(['How is the weather?']);
    expect(calls.steps.thoughts).toEqual(['How is the weather? [0]']);
    expect(calls.steps.prepared).toEqual(['You said: How is the weather?']);
  });

  it('is taken by a later attempt even when the reply was prepared already', async () => {
    const handle = await start();
    await say(handle, 1, 'a', 'How is');
    expect(await say(handle, 1, 'b', 'How is the weather?')).toMatchObject({ status: 'answered', attempt: 'b' });
    await handle.signal(hangUp);
    await handle.result();
    expect(calls.steps.recorded.map(({ outcome }) => outcome.transcript)).toEqual(['How is the weather?']);
  });

  it('is none for noise', async () => {
    const handle = await start();
    expect(await say(handle, 1, 'a', '')).toMatchObject({ status: 'ignored' });
    expect(await say(handle, 1, 'b', 'Hello.')).toMatchObject({ status: 'answered', turn: 1 });
    expect(calls.steps.spoken).toEqual(['(the pipe)']);
    await handle.signal(hangUp);
    expect(await handle.result()).toMatchObject({ turns: 1 });
  });

  it('is dropped when its caller is gone before it was over', async () => {
    const ears = openEars();
    const handle = await start();
    const turn = say(handle, 1, 'a', 'first');
    await ears.listening('first');
    await handle.signal(dropAttempt, { turn: 1, attempt: 'a' });
    expect(await turn).toMatchObject({ status: 'superseded' });
    ears.hear('first', 'Never mind.');
    const state = await handle.query(callState);
    expect(state).toMatchObject({ lastTurn: 0, busy: false });
    await handle.signal(hangUp);
    expect(await handle.result()).toMatchObject({ turns: 0 });
    expect(calls.steps.recorded).toEqual([]);
  });

  it('counts in the end though nobody tells what was played', async () => {
    const handle = await start();
    await say(handle, 1, 'a', 'Hello.');
    expect(await say(handle, 2, 'b', 'And you?')).toMatchObject({ status: 'answered' });
    expect(calls.steps.thoughts.at(-1)).toBe('And you? [1]');
    await handle.signal(hangUp);
    await handle.result();
    expect(calls.steps.recorded.map(({ outcome }) => outcome.turn)).toEqual([1, 2]);
  });
});

describe('an interruption', () => {
  it('cuts the history to what was heard', async () => {
    const handle = await start();
    await say(handle, 1, 'a', 'Tell me a story.');
    const seen: string[] = [];
    calls.steps.llm.think = async ({ transcript, history }) => {
      seen.push(...history.map(({ reply }) => reply));
      return {
        reply: `You said: ${transcript}`,
        source: 'model',
        withheld: 0,
        firstSentenceMs: 1,
        timing: { queueMs: 1, workMs: 1 },
      };
    };
    const next = say(handle, 2, 'b', 'Stop, please.', { duringReply: true });
    await handle.signal(played, { turn: 1, attempt: 'a', heardReply: 'You said:', playedMs: 120, interrupted: true });
    await next;
    expect(seen).toEqual(['You said:']);
    await handle.signal(hangUp);
    await handle.result();
    expect(calls.steps.recorded[0]?.outcome).toMatchObject({ playback: { interrupted: true, heardReply: 'You said:' } });
    // An answer that was not heard to its end is not kept for others.
    expect(calls.steps.remembered).toEqual([]);
  });

  /** A step that goes on until it is cancelled. */
  function endless() {
    const steps = { stopped: 0 };
    const run = async () => {
      const { Context } = await import('@temporalio/activity');
      const context = Context.current();
      const beat = setInterval(() => context.heartbeat(), 200);
      try {
        return await context.cancelled;
      } finally {
        clearInterval(beat);
        steps.stopped++;
      }
    };
    return { steps, run };
  }

  it('stops what is still being made, and the turn keeps what was heard', async () => {
    const { steps, run } = endless();
    let asked = false;
    calls.steps.tts.speak = run;
    calls.steps.llm.think = () => {
      asked = true;
      return run();
    };
    const handle = await start();
    const turn = say(handle, 1, 'a', 'Tell me a story.');
    await until('the model was asked', () => asked);
    await handle.signal(played, { turn: 1, attempt: 'a', heardReply: 'Once', playedMs: 100, interrupted: true });
    expect(await turn).toMatchObject({ status: 'answered', transcript: 'Tell me a story.', reply: 'Once', source: 'model' });
    await until('the steps have stopped', () => steps.stopped === 2);
    await handle.signal(hangUp);
    await handle.result();
    expect(calls.steps.recorded).toHaveLength(1);
  });

  it('of a reply whose words are known keeps them all, where they came from, and what was heard of them', async () => {
    const { steps, run } = endless();
    calls.steps.tts.speak = run;
    calls.steps.llm.think = async () => ({
      ...{ reply: 'It is a long story.', source: 'approved', withheld: 0, firstSentenceMs: 1 },
      timing: { queueMs: 1, workMs: 1 },
    });
    const handle = await start();
    const turn = say(handle, 1, 'a', 'Tell me a story.');
    await until('the call knows the words', async () => {
      const { events = [] } = await handle.fetchHistory();
      const asked = events?.find(({ activityTaskScheduledEventAttributes: task }) => task?.activityType?.name === 'think');
      const done = events?.findIndex(
        ({ activityTaskCompletedEventAttributes: task }) => asked && task?.scheduledEventId?.eq(asked.eventId ?? 0),
      );
      return done !== undefined && done >= 0 && events?.slice(done).some((event) => event.workflowTaskCompletedEventAttributes);
    });
    await handle.signal(played, { turn: 1, attempt: 'a', heardReply: 'It is', playedMs: 120, interrupted: true });
    expect(await turn).toMatchObject({ status: 'answered', reply: 'It is a long story.', source: 'approved', spokenMs: 120 });
    await until('the step has stopped', () => steps.stopped === 1);
    await handle.signal(hangUp);
    await handle.result();
    expect(calls.steps.recorded[0]?.outcome).toMatchObject({ playback: { interrupted: true, heardReply: 'It is' } });
  });

  it('is none when the caller only says that they listen', async () => {
    const handle = await start();
    await say(handle, 1, 'a', 'Tell me a story.');
    expect(await say(handle, 2, 'b', 'Mhm.', { duringReply: true })).toMatchObject({ status: 'ignored' });
    expect(await say(handle, 2, 'c', 'Mhm.')).toMatchObject({ status: 'answered' });
    await handle.signal(hangUp);
    await handle.result();
    expect(calls.steps.recorded.map(({ outcome }) => outcome.turn)).toEqual([1, 2]);
  });
});

describe('the end of a live call', () => {
  it('follows a goodbye', async () => {
    const handle = await start();
    expect(await say(handle, 1, 'a', 'That is all, thank you, goodbye.')).toMatchObject({
      reply: wording.goodbye,
      source: 'approved',
      next: 'end',
    });
    await handle.signal(hangUp, 'goodbye');
    expect(await handle.result()).toMatchObject({ reason: 'goodbye' });
  });

  it('is a transfer with a summary where the caller wants a person', async () => {
    const handle = await start();
    await say(handle, 1, 'a', 'Hello.');
    expect(await say(handle, 2, 'b', 'Can I talk to a person?')).toMatchObject({ reply: wording.transfer, next: 'transfer' });
    await handle.signal(played, heardAll(2, 'b', wording.transfer));
    const line = { kind: 'twilio', callSid: 'CA1' } as const;
    expect(await handle.executeUpdate(transferCall, { args: [line] })).toEqual({ transferred: true });
    expect(await handle.result()).toMatchObject({ reason: 'transferred' });
    expect(calls.steps.transfers).toEqual([
      {
        line,
        // The same in every run of the call, so that the wish is granted once.
        key: expect.stringMatching(/-transfer-2$/),
        summary: {
          sessionId: expect.any(String),
          turns: 2,
          request: 'Can I talk to a person?',
          exchanges: [
            { transcript: 'Hello.', reply: 'You said: Hello.' },
            { transcript: 'Can I talk to a person?', reply: wording.transfer },
          ],
        },
      },
    ]);
  });

  it('is not a transfer that failed', async () => {
    calls.steps.telephony.transfer = async () => {
      throw ApplicationFailure.nonRetryable('Nobody is there.', 'dependency-unavailable');
    };
    const handle = await start();
    expect(await handle.executeUpdate(transferCall, { args: [{ kind: 'socket' }] })).toEqual({ transferred: false });
    expect(await say(handle, 1, 'a', 'Hello.')).toMatchObject({ status: 'answered' });
    await handle.signal(hangUp);
    await handle.result();
  });

  it('does not promise a person where none is set up', async () => {
    const handle = await start({ canTransfer: false });
    expect(await say(handle, 1, 'a', 'Can I talk to a person?')).toMatchObject({ reply: wording.transferFailed, next: 'listen' });
    await handle.signal(hangUp);
    await handle.result();
  });
});
