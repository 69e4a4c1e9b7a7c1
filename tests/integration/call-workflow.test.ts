import { randomUUID } from 'node:crypto';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { wording } from '../../domain/wording.ts';
import type { call } from '../../workflows/call.ts';
import {
  type CallSettings,
  callState,
  callStatusAttribute,
  callWorkflow,
  hangUp,
  lastIntentAttribute,
  takeTurn,
  taskQueues,
  turnsAttribute,
} from '../../workflows/definitions.ts';
import { useCallWorkflows } from '../support/call-workflows.ts';
import { until } from '../support/until.ts';

const settings: CallSettings = {
  sessionTimeoutMs: 60_000,
  workerWaitMs: 2_000,
  stepTimeoutMs: 10_000,
  keepAudio: false,
  scope: { tenant: 'default', persona: 'default' },
};

const calls = useCallWorkflows(settings);
const { start } = calls;

const media = (words: string) => ({ heardUrl: words, transcriptUrl: 'transcript', saidUrl: 'said', spokenUrl: 'spoken' });
const say = (handle: Awaited<ReturnType<typeof start>>, turn: number, words: string) =>
  handle.executeUpdate(takeTurn, { args: [{ turn, media: media(words) }] });

describe('a call', () => {
  it('answers turn after turn and remembers what was said', async () => {
    const handle = await start();
    expect(await say(handle, 1, 'Hello there.')).toMatchObject({
      turn: 1,
      status: 'answered',
      reply: 'You said: Hello there.',
      source: 'model',
      intent: 'greeting',
      timings: {
        transcribe: { workMs: 2 },
        lookup: { workMs: 2 },
        think: { workMs: 2 },
        speak: { workMs: 2 },
        firstAudioMs: 100,
      },
    });
    await say(handle, 2, 'How is the weather?');
    expect(calls.steps.thoughts).toEqual(['Hello there. [0]', 'How is the weather? [1]']);
    expect(await handle.query(callState)).toMatchObject({ status: 'active', lastTurn: 2, busy: false });
    await handle.signal(hangUp);
    expect(await handle.result()).toEqual({ status: 'ended', reason: 'hangup', turns: 2 });
    expect(calls.steps.recorded.map((input) => input.outcome.turn)).toEqual([1, 2]);
    expect(calls.steps.ended).toEqual(['ended by hangup']);
  });

  it('does nothing twice when a turn is asked for again, during it and after it', async () => {
    const handle = await start();
    const [first, same] = await Promise.all([say(handle, 1, 'Hello.'), say(handle, 1, 'Hello.')]);
    expect(same).toEqual(first);
    expect(await say(handle, 1, 'Something else.')).toEqual(first);
    expect(calls.steps.thoughts).toHaveLength(1);
    await handle.signal(hangUp);
    await handle.result();
    expect(calls.steps.recorded).toHaveLength(1);
  });

  it.each([0, 3, -1, 1.5])('refuses turn %d when turn 2 is next', async (turn) => {
    const handle = await start();
    await say(handle, 1, 'Hello.');
    const refused = await say(handle, turn, 'Hello?').catch((error) => error);
    expect(refused).toBeInstanceOf(WorkflowUpdateFailedError);
    expect(refused.cause).toMatchObject({ type: 'InvalidTurn', message: expect.stringContaining('the next one is 2') });
    await handle.signal(hangUp);
    await handle.result();
  });

  it('takes no turn after the caller has hung up', async () => {
    let go = () => {};
    const waiting = new Promise<void>((resolve) => {
      go = resolve;
    });
    calls.steps.records.recordCallEnded = () => waiting;
    const handle = await start();
    await say(handle, 1, 'Hello.');
    await handle.signal(hangUp);
    const refused = await say(handle, 2, 'One more thing.').catch((error) => error);
    expect(refused.cause).toMatchObject({ type: 'CallEnded' });
    go();
    await handle.result();
  });

  it('finishes the turn under way when the caller hangs up in it', async () => {
    let go = () => {};
    const waiting = new Promise<void>((resolve) => {
      go = resolve;
    });
    const speak = calls.steps.tts.speak;
    calls.steps.tts.speak = async (input) => {
      await waiting;
      return speak(input);
    };
    const handle = await start();
    const turn = say(handle, 1, 'Hello.');
    await until('the turn runs', async () => (await handle.query(callState)).busy);
    await handle.signal(hangUp);
    go();
    expect(await turn).toMatchObject({ status: 'answered' });
    expect(await handle.result()).toMatchObject({ turns: 1, reason: 'hangup' });
    expect(calls.steps.recorded).toHaveLength(1);
  });

  it('ends by itself when nothing is said for the session timeout', async () => {
    const handle = await start({ sessionTimeoutMs: 300 });
    expect(await handle.result()).toEqual({ status: 'timed-out', reason: 'timeout', turns: 0 });
    expect(calls.steps.ended).toEqual(['timed-out by timeout']);
  });

  it('says that it heard nothing, without asking anybody, when nothing was said', async () => {
    const handle = await start();
    expect(await say(handle, 1, '')).toMatchObject({ reply: wording.notHeard, source: 'silence', intent: 'silence' });
    expect(calls.steps.thoughts).toEqual([]);
    expect(calls.steps.spoken).toEqual([wording.notHeard]);
    await handle.signal(hangUp);
    await handle.result();
  });

  it('speaks a cached answer without the model', async () => {
    const { understand } = calls.steps.cache;
    calls.steps.cache.understand = async (input) => ({
      ...(await understand(input)),
      next: { kind: 'said', reply: 'Very well.', source: 'cache', citations: ['weather'] },
    });
    const handle = await start();
    expect(await say(handle, 1, 'How are you?')).toMatchObject({ reply: 'Very well.', source: 'cache', citations: ['weather'] });
    expect(calls.steps.thoughts).toEqual([]);
    await handle.signal(hangUp);
    await handle.result();
  });

  it('goes by words alone while nobody understands', async () => {
    calls.steps.cache.understand = async () => {
      throw ApplicationFailure.create({ message: 'The database is gone.' });
    };
    const handle = await start();
    expect(await say(handle, 1, 'How are you?')).toMatchObject({ status: 'answered', source: 'model' });
    expect(await say(handle, 2, 'What is my balance?')).toMatchObject({ source: 'approved', reply: wording.unavailable });
    expect(await say(handle, 3, 'I want to talk to a person.')).toMatchObject({
      source: 'approved',
      reply: wording.transferFailed,
    });
    await handle.signal(hangUp);
    await handle.result();
  });

  it('remembers an impersonal first answer of the model, and no other', async () => {
    const handle = await start();
    await say(handle, 1, 'How is the weather?');
    await say(handle, 2, 'What is your name?');
    await handle.signal(hangUp);
    await handle.result();
    expect(calls.steps.remembered).toEqual(['How is the weather?']);
  });

  it('tries a step again that fails once', async () => {
    let attempts = 0;
    const think = calls.steps.llm.think;
    calls.steps.llm.think = (input) => {
      if (attempts++ === 0) throw ApplicationFailure.retryable('The model stumbled.');
      return think(input);
    };
    const handle = await start();
    expect(await say(handle, 1, 'Hello.')).toMatchObject({ status: 'answered' });
    expect(attempts).toBe(2);
    await handle.signal(hangUp);
    await handle.result();
  });

  it('apologises for a step that fails for good, keeps the cause and goes on', async () => {
    const think = calls.steps.llm.think;
    calls.steps.llm.think = async () => {
      throw ApplicationFailure.nonRetryable('The model is broken.', 'engine-failed');
    };
    const handle = await start();
    const failed = await say(handle, 1, 'Hello.');
    expect(failed).toMatchObject({
      status: 'failed',
      reply: wording.apology,
      source: 'apology',
      transcript: 'Hello.',
      error: { step: 'think', code: 'engine-failed', message: 'The model is broken.' },
    });
    calls.steps.llm.think = think;
    expect(await say(handle, 2, 'Hello?')).toMatchObject({ status: 'answered' });
    expect(calls.steps.thoughts).toEqual(['Hello? [0]']);
    await handle.signal(hangUp);
    await handle.result();
    expect(calls.steps.recorded[0]?.outcome).toEqual(failed);
  });

  it('tells honestly that nobody works on a queue, after the stated wait', async () => {
    await calls.workers.get('stt')?.stop();
    calls.workers.delete('stt');
    const handle = await start({ workerWaitMs: 500 });
    const outcome = await say(handle, 1, 'Hello.');
    expect(outcome).toMatchObject({
      status: 'failed',
      source: 'apology',
      error: { step: 'transcribe', code: 'worker-unavailable' },
    });
    expect(outcome.timings.totalMs).toBeGreaterThanOrEqual(500);
    await handle.signal(hangUp);
    await handle.result();
  });

  it('fails, and goes on, when nothing can be spoken', async () => {
    calls.steps.tts.speak = async () => {
      throw ApplicationFailure.nonRetryable('No voice.', 'engine-failed');
    };
    const handle = await start();
    expect(await say(handle, 1, '')).toMatchObject({ status: 'failed', spokenMs: 0, error: { step: 'speak' } });
    await handle.signal(hangUp);
    expect(await handle.result()).toMatchObject({ turns: 1 });
  });

  it('shows its status, turns and last intent to searches', async () => {
    const handle = await start();
    await say(handle, 1, 'Good morning.');
    const described = await until('the attributes are set', async () => {
      const { typedSearchAttributes } = await handle.describe();
      return typedSearchAttributes.get(turnsAttribute) === 1 && typedSearchAttributes;
    });
    expect(described.get(callStatusAttribute)).toBe('active');
    expect(described.get(lastIntentAttribute)).toBe('greeting');
    await handle.signal(hangUp);
    await handle.result();
    expect((await handle.describe()).typedSearchAttributes.get(callStatusAttribute)).toBe('ended');
  });

  it('takes its memory along when it continues as new', async () => {
    const sessionId = randomUUID();
    const outcome = await start().then((handle) => say(handle, 1, 'Hello.'));
    const carry = { lastTurn: 41, history: [{ transcript: 'Hi.', reply: 'Hello!' }], recent: [{ ...outcome, turn: 41 }] };
    const handle = await calls.environment.client.workflow.start<typeof call>(callWorkflow, {
      workflowId: `call-${sessionId}`,
      taskQueue: taskQueues.calls,
      args: [{ sessionId, settings, carry }],
    });
    expect(await say(handle, 41, 'Again?')).toEqual({ ...outcome, turn: 41 });
    expect(await say(handle, 42, 'How are you?')).toMatchObject({ turn: 42 });
    expect(calls.steps.thoughts.at(-1)).toBe('How are you? [1]');
    const late = await say(handle, 7, 'Long ago.').catch((error) => error);
    expect(late.cause).toMatchObject({ type: 'InvalidTurn' });
    await handle.signal(hangUp);
    await handle.result();
  });
});
