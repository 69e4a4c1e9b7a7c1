/** Records the history of a call of this release for the replay test: `npm run history`. */
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { ApplicationFailure } from '@temporalio/common';
import { Worker } from '@temporalio/worker';
import { execa } from 'execa';
import { loadConfig } from '../../config/load.ts';
import { version } from '../../config/version.ts';
import { ensureTemporalCli } from '../../services/models.ts';
import type { call } from '../../workflows/call.ts';
import {
  callWorkflow,
  newLine,
  played,
  retryTurn,
  takeTurn,
  taskQueues,
  transferCall,
  useAdapter,
} from '../../workflows/definitions.ts';
import { fakeSteps } from '../fakes/steps.ts';
import { startStepWorkers } from './step-workers.ts';
import { callsWorker, quietTemporal, run, startTestServer } from './temporal.ts';

quietTemporal();
const environment = await startTestServer();
const steps = fakeSteps();
const workflows = run(
  await Worker.create({
    connection: environment.nativeConnection,
    ...(await callsWorker()),
    identity: 'recorder',
  }),
);
const workers = await startStepWorkers(environment.nativeConnection, () => steps);
const sessionId = 'recorded';
const handle = await environment.client.workflow.start<typeof call>(callWorkflow, {
  workflowId: `call-${sessionId}`,
  taskQueue: taskQueues.calls,
  args: [
    {
      sessionId,
      settings: {
        sessionTimeoutMs: 60_000,
        workerWaitMs: 5_000,
        stepTimeoutMs: 10_000,
        keepAudio: false,
        keepFailedAudio: true,
        maxHistoryEvents: 1_500,
        canTransfer: true,
        scope: { tenant: 'default', persona: 'default' },
      },
    },
  ],
});
const say = (turn: number, words: string) =>
  handle.executeUpdate(takeTurn, {
    args: [{ turn, media: { heardUrl: words, transcriptUrl: 'transcript', saidUrl: 'said', spokenUrl: 'spoken' } }],
  });

// One turn of every kind: by the model, silence, from the cache, failed.
await say(1, 'How is the weather?');
await say(2, '');
const { understand } = steps.cache;
steps.cache.understand = async (input) => ({
  ...(await understand(input)),
  next: { kind: 'said', reply: 'Very well.', source: 'cache', citations: ['an-article'] },
});
await say(3, 'How are you?');
// At the bank: who calls is verified, the question is answered, and an adapter is chosen meanwhile.
const request = { intent: 'balance', slots: {} } as const;
const pending = { kind: 'identify', need: 'phone-pin', request, asked: 1 } as const;
steps.cache.understand = async (input) => ({
  ...(await understand(input)),
  dialog: { ...input.dialog, pending, customerNumber: 'sealed.1.x' },
  next: { kind: 'bank', step: { kind: 'verify', factor: 'phone-pin', secret: 'sealed.1.y' } },
});
const { perform } = steps.bank;
steps.bank.perform = async (input) =>
  input.step.kind === 'verify'
    ? {
        ...(await perform(input)),
        dialog: { trust: 'verified', customerId: 'c', failedTries: 0, locked: false },
        opening: 'Thank you.',
        next: { kind: 'bank', step: { kind: 'query', request } },
      }
    : perform(input);
await handle.signal(useAdapter, 'house');
await say(4, 'What is my balance?');
steps.cache.understand = understand;
steps.llm.think = async () => {
  throw ApplicationFailure.nonRetryable('The model is broken.', 'engine-failed');
};
await say(5, 'And you?');
// A live turn of every kind: superseded, answered and played, interrupted, noise, transferred.
steps.llm.think = fakeSteps().llm.think;
const live = (turn: number, attempt: string, words: string, duringReply = false) =>
  handle.executeUpdate(takeTurn, {
    args: [
      {
        turn,
        attempt,
        media: { heardUrl: words, transcriptUrl: 'transcript', saidUrl: 'said', spokenUrl: 'spoken' },
        live: true,
        duringReply,
      },
    ],
  });
await live(6, 'a', 'How is');
await live(6, 'b', 'How is the sea?');
await handle.signal(played, { turn: 6, attempt: 'b', heardReply: 'You said:', playedMs: 200, interrupted: true });
await live(7, 'a', 'Mhm.', true);
// One whose line is gone, heard when the caller is back on another one; and the failed one again.
const { speak } = steps.tts;
steps.tts.speak = async () => {
  throw ApplicationFailure.nonRetryable('The turn has ended.', 'line-gone');
};
await live(7, 'b', 'How is the wind?');
steps.tts.speak = speak;
await handle.signal(newLine);
await handle.signal(played, {
  turn: 7,
  attempt: 'b',
  heardReply: 'You said: How is the wind?',
  playedMs: 900,
  interrupted: false,
});
await handle.executeUpdate(retryTurn, { args: [{ turn: 5 }] });
await live(8, 'a', 'Can I talk to a person?');
await handle.signal(played, { turn: 8, attempt: 'a', heardReply: '…', playedMs: 900, interrupted: false });
await handle.executeUpdate(transferCall, { args: [{ kind: 'socket' }] });
await handle.result();

const folder = new URL('../histories/', import.meta.url);
await mkdir(folder, { recursive: true });
const cli = await ensureTemporalCli(loadConfig(), {});
const target = ['--address', environment.address, '--namespace', environment.namespace ?? 'default'];
const { stdout } = await execa(cli, ['workflow', 'show', '--workflow-id', handle.workflowId, '--output', 'json', ...target]);
// Neither who recorded it nor where belongs into it.
const root = fileURLToPath(new URL('../../', import.meta.url));
const text = stdout.replaceAll(root, '').replaceAll(/"identity":\s*"[^"]*"/g, '"identity": "recorder"');
await writeFile(new URL(`call-${version}.json`, folder), `${text}\n`);
await Promise.all([...workers.values(), workflows].map((worker) => worker.stop()));
await environment.teardown();
