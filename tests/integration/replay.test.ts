import { readdirSync, readFileSync } from 'node:fs';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundleForTests, quietTemporal } from '../support/temporal.ts';

/** Calls as earlier releases recorded them: `npm run history` adds one for a release. */
const folder = new URL('../histories/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));

beforeAll(() => quietTemporal());

describe('the workflows of this release', () => {
  it('have histories to replay', () => expect(files.length).toBeGreaterThan(0));

  it.each(files)('go on with the calls of %s', async (file) => {
    const history = historyFromJSON(JSON.parse(readFileSync(new URL(file, folder), 'utf8')));
    await Worker.runReplayHistory({ workflowBundle: await bundleForTests() }, history);
  });

  it('would be caught if they did anything else', async () => {
    const history = JSON.parse(readFileSync(new URL(files[0] ?? '', folder), 'utf8'));
    for (const event of history.events) {
      const scheduled = event.activityTaskScheduledEventAttributes;
      if (scheduled?.activityType.name === 'transcribe') scheduled.activityType.name = 'listen';
    }
    const replaying = Worker.runReplayHistory({ workflowBundle: await bundleForTests() }, historyFromJSON(history));
    await expect(replaying).rejects.toThrow(/[Nn]ondeterminis/);
  });
});
