/**
 * Look-ups in a cache of 100,000 answers on a real Postgres: `npm run bench:cache [-- --entries N --lookups N]`.
 * DATABASE_URL or TEST_DATABASE_URL names the server; a packaged one is started where neither is set. The vectors are random points
 * around 2,000 topics, so that near neighbours exist; the time of the search does not depend on what they mean.
 */
import { parseArgs } from 'node:util';
import { sql } from 'drizzle-orm';
import pg from 'pg';
import { CacheLookup } from '../activities/cache-lookup.ts';
import { shippedAssistant } from '../config/assistant-folder.ts';
import { openDatabase } from '../db/open.ts';
import { cacheEntries } from '../db/schema.ts';
import type { AnswerScope } from '../domain/answer-scope.ts';
import { learn } from '../domain/understanding/learn.ts';
import { SemanticModel } from '../domain/understanding/semantic-model.ts';
import { Minilm } from '../engines/minilm/minilm.ts';
import { teach } from '../engines/router/teach.ts';
import { startPostgres } from '../tests/support/postgres-server.ts';
import { randomFrom } from '../tests/support/random.ts';
import { testRuntime } from '../tests/support/runtime.ts';
import { machine, note, printReport, round, spread } from './report.ts';

const { values } = parseArgs({
  options: { entries: { type: 'string', default: '100000' }, lookups: { type: 'string', default: '1000' } },
});
const [entries, lookups] = [Number(values.entries), Number(values.lookups)];
const server = process.env.DATABASE_URL ? undefined : await startPostgres();
const url = process.env.DATABASE_URL ?? server?.url;
if (!url) throw new Error('There is no Postgres with pgvector; set DATABASE_URL.');
const { acrossTenants: db, close, description } = await openDatabase({ url, dataDir: '.' });

const dimensions = 384;
const topics = 2_000;
const random = randomFrom(7);
const gauss = () => Math.sqrt(-2 * Math.log(random() || 1e-9)) * Math.cos(2 * Math.PI * random());
const unit = (vector: Float32Array) => {
  const norm = Math.hypot(...vector);
  return vector.map((value) => value / norm);
};
const centres = Array.from({ length: topics }, () => unit(Float32Array.from({ length: dimensions }, gauss)));
/** About 0.85 near to its topic. */
const around = (topic: number) => {
  const centre = centres[topic] as Float32Array;
  const noise = unit(Float32Array.from({ length: dimensions }, gauss));
  return unit(centre.map((value, i) => value + 0.6 * (noise[i] as number)));
};
const scope: AnswerScope = {
  tenant: 'bench',
  language: 'en',
  persona: 'default',
  model: 'bench',
  adapter: '',
  knowledgeVersion: 0,
};

note(`filling ${description} with ${entries} answers`);
await db.execute(sql`drop index if exists cache_entries_embedding`);
const expiresAt = new Date(Date.now() + 86_400_000);
for (let from = 0; from < entries; from += 500) {
  await db.insert(cacheEntries).values(
    Array.from({ length: Math.min(500, entries - from) }, (_, i) => {
      const topic = (from + i) % topics;
      const question = `question ${from + i} about topic ${topic}`;
      return {
        ...{
          ...scope,
          question,
          questionKey: question,
          reply: `answer ${topic}`,
          intent: 'information',
          citations: [],
          costMs: 500,
        },
        ...{ embedding: [...around(topic)], expiresAt },
      };
    }),
  );
}
note('building the index');
// By a connection of its own: the product's give up after 30 seconds.
const admin = new pg.Client({ connectionString: url });
await admin.connect();
await admin.query("set maintenance_work_mem = '1GB'");
await admin.query('create index cache_entries_embedding on cache_entries using hnsw (embedding vector_cosine_ops)');
await admin.end();
await db.execute(sql`analyze cache_entries`);

const embedder = new Minilm(testRuntime());
const { examples, learnt } = await teach((await shippedAssistant()).assistant.phrases, embedder, async (all) => learn(all));
const model = new SemanticModel(examples, learnt);
const [embedding] = await embedder.embed(['When are you open?']);
await embedder.unload();
const routing = model.route('When are you open?', embedding as Float32Array);
const lookup = new CacheLookup(db, model, 0.7);

note(`${lookups} look-ups`);
const ask = async (n: number) => {
  const topic = Math.floor(random() * topics);
  const started = performance.now();
  const { record } = await lookup.find({
    scope,
    text: `what about topic ${topic}, number ${n}`,
    embedding: around(topic),
    routing,
    threshold: 0.9,
  });
  await record();
  return performance.now() - started;
};
for (let n = 0; n < 50; n++) await ask(n);
const times: number[] = [];
for (let n = 0; n < lookups; n++) times.push(await ask(n));
printReport({
  machine: machine(),
  database: description,
  entries,
  lookupMs: { ...spread(times), worst: round(Math.max(...times)) },
});
await close();
await server?.close();
