import { cp, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import { expect, it } from 'vitest';
import { listTurns } from '../../db/kept-turns.ts';
import { openDatabase } from '../../db/open.ts';
import { inTenant } from '../../db/scope.ts';
import { findSession } from '../../db/sessions.ts';

/** The migrations that 0.4.0 had. */
const lastOf040 = 4;

it("what 0.4 has kept is its tenant's after the upgrade, and what its processes still write is taken", async () => {
  const folder = await mkdtemp(join(tmpdir(), 'voicebot-migrations-'));
  const earlier = join(folder, 'migrations');
  await cp(fileURLToPath(new URL('../../db/migrations', import.meta.url)), earlier, { recursive: true });
  const journal = join(earlier, 'meta', '_journal.json');
  const { entries, ...about } = JSON.parse(await readFile(journal, 'utf8')) as { entries: { idx: number }[] };
  await writeFile(journal, JSON.stringify({ ...about, entries: entries.filter(({ idx }) => idx <= lastOf040) }));
  const dataDir = join(folder, 'data');
  await mkdir(dataDir, { recursive: true });
  const before = await PGlite.create({ dataDir: join(dataDir, 'postgres'), extensions: { vector } });
  await migrate(drizzle(before), { migrationsFolder: earlier });
  await before.exec(`
    insert into sessions (id, tenant) values ('of-default', 'default'), ('of-bank', 'bank');
    insert into turns (session_id, turn, status, transcript, language, reply, source, intent, audio_ms, spoken_ms)
      values ('of-default', 1, 'answered', 'Hello.', 'en', 'Hello.', 'model', 'greeting', 1, 1),
             ('of-bank', 1, 'answered', 'Hello.', 'en', 'Hello.', 'model', 'greeting', 1, 1);
    insert into turn_metrics (session_id, turn, step, work_ms) values ('of-bank', 1, 'total', 1);
    insert into recordings (session_id, turn, kind, blob_key, sample_rate_hz, duration_ms) values ('of-bank', 1, 'heard', 'recordings/of-bank/00001-heard.wav', 16000, 1);
  `);
  await before.close();

  const { db, close } = await openDatabase({ dataDir });
  const seen = (tenant: string, id: string) =>
    inTenant(tenant, async () => [(await findSession(db, id))?.tenant, (await listTurns(db, id, { limit: 9 })).length]);
  expect(await seen('default', 'of-default')).toEqual(['default', 1]);
  expect(await seen('bank', 'of-bank')).toEqual(['bank', 1]);
  expect(await seen('default', 'of-bank')).toEqual([undefined, 0]);
  await close();

  // A process of 0.4 that still runs names no tenant.
  const after = await PGlite.create({ dataDir: join(dataDir, 'postgres'), extensions: { vector } });
  await after.exec(`insert into turns (session_id, turn, status, transcript, language, reply, source, intent, audio_ms, spoken_ms)
    values ('of-default', 2, 'answered', 'Hello.', 'en', 'Hello.', 'model', 'greeting', 1, 1)`);
  await after.close();
});
