import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, it } from 'vitest';

const driver = fileURLToPath(new URL('../soak/run.ts', import.meta.url));

/** `npm run soak` in its shortest form: too short to tell whether memory grows, long enough for a deploy of every process. */
it('every process is deployed anew while callers are on the line, and no call is cut', { timeout: 300_000 }, async () => {
  const args = ['--import', 'tsx', driver, '--minutes', '2', '--calls', '4', '--deploys', '1'];
  const { stdout, stderr } = await execa(process.execPath, args, { reject: false });
  if (stderr.includes('The soak needs a real Postgres')) {
    process.stderr.write('SKIPPED: the soak, because no real Postgres can be had.\n');
    return;
  }
  const report = JSON.parse(stdout.trim().split('\n').at(-1) || '{}') as Record<string, unknown>;
  expect(report, stderr).toMatchObject({ problems: [], failed: 0, lost: 0, duplicated: 0, orphanWorkflows: 0, openPipes: 0 });
  expect(report.turns).toBeGreaterThan(20);
});
