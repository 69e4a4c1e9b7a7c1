/**
 * `npm run chaos:batch`: a batch of messages while every process is killed at random moments, by a seeded schedule; then what Postgres and
 * the voices' log know is compared. The voice is a stand-in that takes its time. The last line is JSON.
 * `--items N`, `--kills N`, `--seed N`; `--cluster`: on a Temporal server of four services.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { machine } from '../../bench/report.ts';
import { itemCounts, listItems } from '../../db/batches.ts';
import { versionsOf } from '../../db/messages.ts';
import { openDatabase } from '../../db/open.ts';
import { freePort } from '../../services/ports.ts';
import { startPostgres } from '../support/postgres-server.ts';
import { randomFrom } from '../support/random.ts';
import { until } from '../support/until.ts';
import { type Component, postgresComponent, startPart } from './processes.ts';
import { temporalToBreak } from './temporal.ts';

const { values } = parseArgs({
  options: {
    items: { type: 'string', default: '200' },
    kills: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    cluster: { type: 'boolean', default: false },
  },
});
const [wanted, kills] = [Number(values.items), Number(values.kills)];
const random = randomFrom(Number(values.seed));
const startedAt = performance.now();
const note = (text: string) =>
  process.stderr.write(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${text}\n`);

const postgres = await startPostgres();
if (!postgres) throw new Error('Chaos needs a real Postgres.');
const folder = await mkdtemp(join(tmpdir(), 'voicebot-chaos-batch-'));
const spokenLog = join(folder, 'spoken.jsonl');
const apiPort = await freePort();
note(`Starting the processes; logs in ${folder}`);
const temporal = await temporalToBreak({ folder, namespace: 'chaos', awayMs: 500, cluster: values.cluster });
const env = {
  TEMPORAL_ADDRESS: temporal.address,
  TEMPORAL_NAMESPACE: 'chaos',
  DATABASE_URL: postgres.url,
  DATA_DIR: folder,
  PORT: String(apiPort),
  SPOKEN_LOG: spokenLog,
  STAND_IN_DELAYS: JSON.stringify({ firstAudioMs: 600, transcribeMs: 50 }),
};
const part = (name: string, args: readonly string[]) => startPart({ name, args, real: false, env, logDir: folder, awayMs: 300 });
const parts = await Promise.all([
  part('api', ['api']),
  ...['calls', 'stt', 'tts', 'records'].map((queue) => part(queue, ['worker', queue])),
]);
const components: readonly Component[] = [...parts, ...temporal.components, postgresComponent(postgres, 300)];

const items = Array.from({ length: wanted }, (_, i) => ({
  key: `message-${i}`,
  text: `This is message number ${i} of the batch.`,
}));
const created = await fetch(`http://127.0.0.1:${apiPort}/batches`, {
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({ id: 'chaos', items }),
});
if (!created.ok) throw new Error(await created.text());

const killed: Record<string, number> = {};
for (let kill = 0; kill < kills; kill++) {
  await sleep(300 + random() * 1_200);
  const component = components[Math.floor(random() * components.length)] as Component;
  note(`${component.name} is killed`);
  await component.kill();
  killed[component.name] = (killed[component.name] ?? 0) + 1;
}
note('The storm is over.');

const { acrossTenants: db, close } = await openDatabase({ url: postgres.url, dataDir: folder });
const counts = await until(
  'no item is open',
  async () => {
    const now = await itemCounts(db, 'default', 'chaos');
    return now.pending === 0 && now;
  },
  300_000,
);
const rows = await listItems(db, { tenant: 'default', batchId: 'chaos', after: 0, limit: wanted });
const versions = await Promise.all(items.map(({ key }) => versionsOf(db, 'default', key)));
const spoken = (await readFile(spokenLog, 'utf8'))
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as { text: string; stored: boolean });
await close();
for (const component of [...parts].reverse()) await component.stop();
await temporal.stop();
await postgres.close();
await rm(folder, { recursive: true, force: true });

process.stdout.write(
  `${JSON.stringify({
    chaos: 'batch',
    machine: machine(),
    items: wanted,
    kills,
    killsByComponent: killed,
    counts,
    /** Messages with another number of versions than one. */
    notOnce: versions.filter((all) => all.length !== 1).length + (wanted - rows.length),
    /** Begun again because a process was killed before the sound was stored. */
    begunAgain: spoken.length - new Set(spoken.map(({ text }) => text)).size,
    spokenAfterStored: spoken.filter(({ stored }) => stored).length,
    seconds: Math.round((performance.now() - startedAt) / 1000),
  })}\n`,
);
process.exit(0);
