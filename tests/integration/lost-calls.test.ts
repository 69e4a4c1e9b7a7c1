import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { openDatabase } from '../../db/open.ts';
import { findSession, recordCallStarted } from '../../db/sessions.ts';
import { endLostCalls } from '../../temporal/lost-calls.ts';
import { hangUp } from '../../workflows/definitions.ts';
import { useCallWorkflows } from '../support/call-workflows.ts';

const calls = useCallWorkflows({
  ...{ sessionTimeoutMs: 60_000, workerWaitMs: 5_000, stepTimeoutMs: 10_000, maxListenMs: 30_000 },
  ...{ keepAudio: false, keepFailedAudio: true },
});

it('sessions whose call Temporal has not, or not any more, end as lost; running and new ones stay', async () => {
  const { acrossTenants: db, close } = await openDatabase({ dataDir: await mkdtemp(join(tmpdir(), 'voicebot-lost-')) });
  const idOf = ({ workflowId }: { workflowId: string }) => workflowId.slice('call-'.length);
  const running = await calls.start();
  const terminated = await calls.start();
  await terminated.terminate();
  const [kept, killed] = [idOf(running), idOf(terminated)];
  for (const id of [kept, killed, 'never-began', 'new']) await recordCallStarted(db, id);
  await db.execute(sql`update sessions set updated_at = now() - interval '1 hour' where id <> 'new'`);

  expect(await endLostCalls({ client: calls.environment.client, db }, new Date(Date.now() - 600_000))).toBe(2);
  const found = async (id: string) => {
    const session = await findSession(db, id);
    return [session?.status, session?.endReason];
  };
  expect(await found(killed)).toEqual(['ended', 'lost']);
  expect(await found('never-began')).toEqual(['ended', 'lost']);
  expect(await found(kept)).toEqual(['active', null]);
  expect(await found('new')).toEqual(['active', null]);
  await running.signal(hangUp);
  await running.result();
  await close();
});
