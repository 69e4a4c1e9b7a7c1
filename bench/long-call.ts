/**
 * `npm run bench:long-call`: one call of 2,000 turns on a real Temporal server, its steps answered at once: how long its histories
 * get, and whether late turns are as fast as early ones. The last line is JSON. `--turns N`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Worker } from '@temporalio/worker';
import { maxHistoryEvents } from '../services/api-service.ts';
import { fakeSteps } from '../tests/fakes/steps.ts';
import { startStepWorkers } from '../tests/support/step-workers.ts';
import { callsWorker, quietTemporal, run, startTestServer } from '../tests/support/temporal.ts';
import type { call } from '../workflows/call.ts';
import { callWorkflow, hangUp, takeTurn, taskQueues } from '../workflows/definitions.ts';
import { machine, note, printReport, spread } from './report.ts';

const { values } = parseArgs({ options: { turns: { type: 'string', default: '2000' } } });
const turns = Number(values.turns);
const workflowId = 'call-long';

quietTemporal();
const environment = await startTestServer();
const { client, nativeConnection: connection } = environment;
const calls = run(await Worker.create({ connection, ...(await callsWorker()) }));
const steps = fakeSteps();
const workers = await startStepWorkers(connection, () => steps);
const handle = await client.workflow.start<typeof call>(callWorkflow, {
  workflowId,
  taskQueue: taskQueues.calls,
  args: [
    {
      sessionId: 'long',
      settings: { sessionTimeoutMs: 60_000, workerWaitMs: 10_000, stepTimeoutMs: 10_000, keepAudio: false, maxHistoryEvents },
    },
  ],
});
const took: number[] = [];
for (let turn = 1; turn <= turns; turn++) {
  const media = { heardUrl: `This is the turn after turn ${turn - 1}.`, transcriptUrl: '', saidUrl: '', spokenUrl: '' };
  const startedAt = performance.now();
  await handle.executeUpdate(takeTurn, { args: [{ turn, media }] });
  took.push(performance.now() - startedAt);
  // The server takes updates of one call about every 300 ms; no caller is as fast.
  await sleep(250);
  if (turn % 200 === 0) note(`${turn} turns`);
}
await handle.signal(hangUp);
const summary = await handle.result();
const histories: { events: number; bytes: number }[] = [];
for await (const { runId } of client.workflow.list({ query: `WorkflowId='${workflowId}'` })) {
  const { raw } = await client.workflow.getHandle(workflowId, runId).describe();
  const { historyLength, historySizeBytes } = raw.workflowExecutionInfo ?? {};
  histories.push({ events: Number(historyLength), bytes: Number(historySizeBytes) });
}
await Promise.all([calls, ...workers.values()].map((worker) => worker.stop()));
await environment.teardown();
const recorded = new Set(steps.recorded.map(({ outcome }) => outcome.turn));
printReport({
  bench: 'long-call',
  machine: machine(),
  turns: summary.turns,
  recorded: recorded.size,
  runs: histories.length,
  longestHistory: { events: Math.max(...histories.map((h) => h.events)), bytes: Math.max(...histories.map((h) => h.bytes)) },
  firstHundredTurnsMs: spread(took.slice(0, 100)),
  lastHundredTurnsMs: spread(took.slice(-100)),
});
process.exit(0);
