import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLlmActivities } from '../../activities/llm.ts';
import { createSttActivities } from '../../activities/stt.ts';
import { createTtsActivities } from '../../activities/tts.ts';
import type { RunningTurn } from '../../api/call-turns.ts';
import { CallService } from '../../api/calls.ts';
import { openBlobs } from '../../db/blobs.ts';
import { type OpenDatabase, openDatabase } from '../../db/open.ts';
import { SpeechStore } from '../../db/speech.ts';
import { fakeEars, fakeEmbedder, fakeModel, fakeVoice } from '../fakes/engines.ts';
import { fakeSteps } from '../fakes/steps.ts';
import { cacheActivities, noAdapters, testSealer } from '../support/brain.ts';
import { type MediaServer, startMediaServer } from '../support/media-server.ts';
import { randomFrom } from '../support/random.ts';
import { callsWorker, quietTemporal, type RunningTestWorker, run, startTestServer } from '../support/temporal.ts';
import { until } from '../support/until.ts';

const turns = 1_000;
const callers = 8;
/** Fewer than turns by far: one that leaked would soon be missing. */
const slots = 8;

let environment: TestWorkflowEnvironment;
let media: MediaServer;
let folder: string;
let database: OpenDatabase;
let workers: RunningTestWorker[];
let calls: CallService;
/** Activities under way, by name. */
const active = new Map<string, number>();

/** Counts who is at work. */
function counted<A extends object>(activities: A): A {
  return Object.fromEntries(
    Object.entries(activities).map(([name, activity]) => [
      name,
      async (input: unknown) => {
        active.set(name, (active.get(name) ?? 0) + 1);
        try {
          return await (activity as (input: unknown) => Promise<unknown>)(input);
        } finally {
          active.set(name, (active.get(name) ?? 0) - 1);
        }
      },
    ]),
  ) as A;
}

beforeAll(async () => {
  quietTemporal();
  folder = await mkdtemp(join(tmpdir(), 'voicebot-interrupted-'));
  [environment, media, database] = await Promise.all([startTestServer(), startMediaServer(), openDatabase({ dataDir: folder })]);
  const { acrossTenants: db } = database;
  const store = new SpeechStore(await openBlobs({ dataDir: folder }), 'test');
  const model = fakeModel(['A long answer, ', 'that has parts. ', 'And it goes on. ', 'And on.']);
  const steps = fakeSteps();
  const activities = {
    stt: createSttActivities({
      ...fakeEars('Tell me a story.', []),
      language: 'en',
      sealer: testSealer,
      recordings: { find: async () => undefined },
    }),
    cache: cacheActivities(db, fakeEmbedder({})),
    llm: createLlmActivities({
      model,
      bankName: 'Test Bank',
      maxTokens: 50,
      temperature: 0,
      historyMaxTokens: 100,
      adapters: noAdapters,
    }),
    tts: createTtsActivities({ tts: fakeVoice(), store, queue: { add: () => {} }, recordings: { find: async () => undefined } }),
    records: steps.records,
  };
  const connection = environment.nativeConnection;
  workers = await Promise.all([
    Worker.create({ connection, ...(await callsWorker()) }).then(run),
    ...Object.entries(activities).map(([queue, implementation]) =>
      Worker.create({
        connection,
        taskQueue: queue,
        activities: counted(implementation),
        maxConcurrentActivityTaskExecutions: slots,
        maxHeartbeatThrottleInterval: '1s',
      }).then(run),
    ),
  ]);
  calls = new CallService({
    sealer: testSealer,
    client: environment.client,
    db,
    hub: media.hub,
    maxConcurrentSessions: 1_000,
    turnTimeoutMs: 30_000,
    settings: {
      sessionTimeoutMs: 600_000,
      workerWaitMs: 20_000,
      stepTimeoutMs: 30_000,
      keepAudio: false,
      maxListenMs: 30_000,
      scope: { tenant: 'default', persona: 'default' },
    },
  });
});
afterAll(async () => {
  await Promise.all((workers ?? []).map((worker) => worker.stop()));
  await environment?.teardown();
  media?.close();
  await database?.close();
  await rm(folder, { recursive: true, force: true });
});

const speech = new Uint8Array(3_200);

/** A caller who never lets the bot finish: goes on speaking, interrupts early or late, or goes away. */
async function impatient(caller: number): Promise<number> {
  const random = randomFrom(caller + 1);
  const sessionId = `impatient-${caller}-${randomUUID()}`;
  await calls.open(sessionId);
  let turn = 1;
  let interrupted = 0;
  let order: Promise<unknown> = Promise.resolve();
  const begin = (duringReply: boolean): RunningTurn & { attempt: string } => {
    const attempt = randomUUID();
    const running = calls.turns.takeLive(sessionId, { turn, attempt, style: {}, language: undefined, duringReply }, order);
    running.outcome.catch(() => undefined);
    order = running.accepted;
    running.pipes.pipes.heard.write(speech);
    return { ...running, attempt };
  };
  let duringReply = false;
  while (interrupted < turns / callers) {
    interrupted++;
    const taken = begin(duringReply);
    duringReply = false;
    const kind = random();
    if (kind < 0.3) {
      // Goes on speaking: another attempt takes the turn.
      if (kind < 0.15) taken.pipes.pipes.heard.end();
      await taken.accepted;
      const next = begin(false);
      await next.accepted;
      taken.pipes.close();
      await calls.dropAttempt(sessionId, turn, next.attempt);
      next.pipes.close();
      continue;
    }
    taken.pipes.pipes.heard.end();
    if (kind < 0.5) {
      // Is gone before the answer.
      await taken.accepted;
      await calls.dropAttempt(sessionId, turn, taken.attempt);
      taken.pipes.close();
      continue;
    }
    // Interrupts, in the middle of the answer or when it was made.
    if (kind < 0.75) await taken.pipes.pipes.spoken.read().next();
    else await taken.outcome;
    await calls.reportPlayed(sessionId, { turn, attempt: taken.attempt, heardReply: 'A long', playedMs: 100, interrupted: true });
    taken.pipes.close();
    turn++;
    duringReply = true;
  }
  await calls.end(sessionId);
  return interrupted;
}

describe('a thousand interrupted turns', () => {
  it('leave no pipe, no slot and no step behind', { timeout: 300_000 }, async () => {
    const counts = await Promise.all(Array.from({ length: callers }, (_, caller) => impatient(caller)));
    expect(counts.reduce((sum, n) => sum + n, 0)).toBe(turns);
    await until('all pipes are closed', () => media.hub.openTurns === 0, 30_000);
    await until('all steps have ended', () => [...active.values()].every((n) => n === 0), 30_000);
    // All slots of every queue are free: so many turns at once are answered.
    const after = await Promise.all(
      Array.from({ length: slots }, async (_, i) => {
        await calls.open(`after-${i}`);
        return calls.turns.takeLive(
          `after-${i}`,
          { turn: 1, attempt: 'a', style: {}, language: undefined, duringReply: false },
          Promise.resolve(),
        );
      }),
    );
    for (const { pipes } of after) {
      pipes.pipes.heard.write(speech);
      pipes.pipes.heard.end();
    }
    const outcomes = await Promise.all(after.map(({ outcome }) => outcome));
    expect(outcomes.map(({ status }) => status)).toEqual(Array(slots).fill('answered'));
    expect(media.hub.openTurns).toBe(0);
  });
});
