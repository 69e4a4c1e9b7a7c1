import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment, type TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { Assistants } from '../../activities/assistants.ts';
import { createBankActivities } from '../../activities/bank.ts';
import { createRecordsActivities } from '../../activities/records.ts';
import { CallService } from '../../api/calls.ts';
import { openBlobs } from '../../db/blobs.ts';
import { DemoBank } from '../../db/demo-bank.ts';
import { seedDemoBank } from '../../db/demo-bank-seed.ts';
import { type OpenDatabase, openDatabase } from '../../db/open.ts';
import type { Bank } from '../../domain/bank/bank.ts';
import type { TurnOutcome } from '../../domain/call.ts';
import { newDialog } from '../../domain/dialog/state.ts';
import { bankClock } from '../../domain/language/dates.ts';
import { Minilm } from '../../engines/minilm/minilm.ts';
import { MediaHub } from '../../media/hub.ts';
import { demoArticles } from '../../services/demo-knowledge.ts';
import type { TaskQueue } from '../../workflows/definitions.ts';
import { fakeSteps } from '../fakes/steps.ts';
import { source } from './assistant.ts';
import { cacheActivities, testSealer } from './brain.ts';
import { testRuntime } from './runtime.ts';
import { callsWorker, type RunningTestWorker, run, startTestServer } from './temporal.ts';

/** What the demo bank holds depends on the day. `TEST_NOW` is another one. */
const now = process.env.TEST_NOW ?? '2026-11-26T10:00:00Z';

/** Calls in writing, through the real workflow, router, cache, articles and bank; only the talking model is a fake. */
export class TextCalls {
  readonly environment: TestWorkflowEnvironment;
  readonly database: OpenDatabase;
  readonly calls: CallService;
  readonly today: string;
  readonly #folder: string;
  readonly #workers: RunningTestWorker[];
  readonly #embedder: Minilm;

  private constructor(parts: {
    environment: TestWorkflowEnvironment;
    database: OpenDatabase;
    calls: CallService;
    folder: string;
    workers: RunningTestWorker[];
    embedder: Minilm;
    today: string;
  }) {
    this.environment = parts.environment;
    this.database = parts.database;
    this.calls = parts.calls;
    this.#folder = parts.folder;
    this.#workers = parts.workers;
    this.#embedder = parts.embedder;
    this.today = parts.today;
  }

  get bank(): Bank {
    return new DemoBank(this.database.acrossTenants);
  }

  static async start(options: { readonly url?: string; readonly bank?: (demo: Bank) => Bank } = {}): Promise<TextCalls> {
    const folder = await mkdtemp(join(tmpdir(), 'voicebot-text-'));
    const [environment, database] = await Promise.all([startTestServer(), openDatabase({ dataDir: folder, url: options.url })]);
    const { acrossTenants: db } = database;
    const clock = bankClock('UTC', () => new Date(now));
    const today = clock.today();
    await seedDemoBank(db, today);
    const embedder = new Minilm(testRuntime());
    const cache = cacheActivities(db, embedder, { clock });
    await new MockActivityEnvironment().run(cache.importKnowledge, {
      tenant: 'default',
      articles: await demoArticles(),
    });
    // A worker polls once its router is there.
    await new MockActivityEnvironment().run(cache.understand, {
      ...{ transcript: 'Hello.', language: 'en', dialog: newDialog, tenant: 'default', persona: 'default' },
      ...{ canTransfer: true, mayEnd: true },
    });
    const fakes = fakeSteps();
    const demo = new DemoBank(db);
    const blobs = await openBlobs({ dataDir: folder });
    const activities: Partial<Record<TaskQueue, object>> = {
      cache,
      bank: createBankActivities({
        bank: options.bank?.(demo) ?? demo,
        sealer: testSealer,
        assistants: new Assistants(db, source),
        db,
        clock,
      }),
      llm: {
        ...fakes.llm,
        think: async () => ({
          reply: 'It is good to talk to you.',
          source: 'model',
          withheld: 0,
          firstSentenceMs: 1,
          timing: { queueMs: 1, workMs: 1 },
        }),
      },
      tts: fakes.tts,
      records: createRecordsActivities({ db, blobs, spokenRateHz: 24_000 }),
    };
    const connection = environment.nativeConnection;
    const workers = await Promise.all([
      Worker.create({ connection, ...(await callsWorker()) }).then(run),
      ...Object.entries(activities).map(async ([queue, made]) =>
        run(await Worker.create({ connection, taskQueue: queue, activities: made })),
      ),
    ]);
    const calls = new CallService({
      client: environment.client,
      db,
      hub: new MediaHub('http://127.0.0.1:1'),
      sealer: testSealer,
      maxConcurrentSessions: 10_000,
      turnTimeoutMs: 30_000,
      settings: {
        ...{ sessionTimeoutMs: 600_000, workerWaitMs: 15_000, stepTimeoutMs: 30_000, keepAudio: false, canTransfer: true },
        scope: { tenant: 'default', persona: 'default' },
      },
    });
    return new TextCalls({ environment, database, calls, folder, workers, embedder, today });
  }

  /** Says the lines one after the other in a call of its own. */
  async talk(sessionId: string, lines: readonly string[]): Promise<TurnOutcome[]> {
    await this.calls.create(sessionId);
    const outcomes: TurnOutcome[] = [];
    for (const line of lines) outcomes.push(await this.calls.turns.takeText(sessionId, line));
    return outcomes;
  }

  async end(sessionId: string): Promise<void> {
    await this.calls.end(sessionId);
    await this.environment.client.workflow.getHandle(`call-${sessionId}`).result();
  }

  async stop(): Promise<void> {
    await this.calls.stop(AbortSignal.abort());
    await Promise.all(this.#workers.map((worker) => worker.stop()));
    await this.#embedder.unload();
    await this.database.close();
    await this.environment.teardown();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
