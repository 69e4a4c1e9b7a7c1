import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { connectDatabase } from '../../db/connection.ts';
import { listTurns } from '../../db/kept-turns.ts';
import { migrateUpTo } from '../../db/migrations.ts';
import { openDatabase } from '../../db/open.ts';
import { inTenant } from '../../db/scope.ts';
import { findSession } from '../../db/sessions.ts';

/** The last migration of 0.4.0. */
const lastOf040 = '0004_brain';

it("what 0.4 has kept is its tenant's after the upgrade, and what its processes still write is taken", async () => {
  const folder = await mkdtemp(join(tmpdir(), 'voicebot-migrations-'));
  const dataDir = join(folder, 'data');
  const before = await connectDatabase({ dataDir });
  await migrateUpTo(before, lastOf040);
  await before.execute(`
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
  const after = await connectDatabase({ dataDir });
  await after.execute(`insert into turns (session_id, turn, status, transcript, language, reply, source, intent, audio_ms, spoken_ms)
    values ('of-default', 2, 'answered', 'Hello.', 'en', 'Hello.', 'model', 'greeting', 1, 1)`);
  await after.close();
});
