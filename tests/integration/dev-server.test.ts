import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../config/load.ts';
import { ensureTemporalCli } from '../../services/models.ts';
import { freePort } from '../../services/ports.ts';
import { startDevServer } from '../../temporal/dev-server.ts';

describe('the embedded Temporal server', () => {
  let dataDir: string;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'voicebot-dev-server-'));
  });
  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  /** A command that fails as the server does when one of its inner ports was taken, `failures` times. */
  async function failing(failures: number): Promise<string> {
    const real = await ensureTemporalCli(loadConfig(), {});
    const [binary, count] = [join(dataDir, 'temporal.sh'), join(dataDir, 'starts')];
    const script = [
      '#!/bin/sh',
      `echo start >> "${count}"`,
      `if [ "$(wc -l < "${count}")" -le ${failures} ]; then echo "Error: bind: address already in use" >&2; exit 1; fi`,
      `exec "${real}" "$@"`,
    ];
    await writeFile(binary, script.join('\n'), { mode: 0o755 });
    return binary;
  }
  const start = async (binary: string) =>
    startDevServer({ binary, dataDir, port: await freePort(), uiPort: await freePort(), namespace: 'starts' });

  it('is started again where it ends by itself before it is ready', async () => {
    const server = await start(await failing(1));
    expect(server.pid).toBeGreaterThan(0);
    await server.stop();
  });

  it('says what it printed last where it ends again and again', async () => {
    await expect(start(await failing(99))).rejects.toMatchObject({
      code: 'dependency-unavailable',
      message: 'The embedded Temporal server ended while it started: Error: bind: address already in use',
    });
  });

  it('says that a program which cannot be run cannot be run', async () => {
    await expect(start(join(dataDir, 'absent'))).rejects.toThrow(/ENOENT/);
  });
});
