import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { dashboards } from '../../docker/monitoring/dashboards.ts';
import { freePort } from '../../services/ports.ts';
import type { Stack } from '../../services/stack.ts';
import { fakeUtterance } from '../chaos/caller.ts';
import { standInEngines, standInRateHz } from '../fakes/stand-in-engines.ts';
import { LiveCaller } from '../support/live-caller.ts';
import { startTestStack, testEnvironment } from '../support/test-stack.ts';
import { until } from '../support/until.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const rulesFolder = join(root, 'docker/monitoring/rules');
const installed = (await execa('prometheus', ['--version'], { reject: false })).exitCode === 0;
if (!installed) process.stderr.write('SKIPPED: tests with Prometheus. Install it (Debian: prometheus).\n');

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly annotations?: { readonly runbook_url: string };
}
const rules = async (): Promise<Rule[]> =>
  (
    await Promise.all(
      ['slo.yml', 'causes.yml'].map(async (name) => {
        const { groups } = parse(await readFile(join(rulesFolder, name), 'utf8')) as { groups: { rules: Rule[] }[] };
        return groups.flatMap((group) => group.rules);
      }),
    )
  ).flat();

describe('every alert', () => {
  it('has a runbook that names it', async () => {
    for (const { alert, annotations } of (await rules()).filter((rule) => rule.alert)) {
      const page = await readFile(join(root, annotations?.runbook_url ?? ''), 'utf8');
      expect(page, alert).toContain(`\`${alert}\``);
      expect(page).toContain('## What to do');
    }
  });

  it.skipIf(!installed)('rings when it should, and does not when it should not (promtool)', async () => {
    const { stdout, stderr, exitCode } = await execa('promtool', ['test', 'rules', join(rulesFolder, 'tests/alerts.yml')], {
      reject: false,
    });
    expect({ exitCode, shown: exitCode === 0 ? '' : stdout + stderr }).toEqual({ exitCode: 0, shown: '' });
  });
});

describe.skipIf(!installed)('Prometheus, after a few calls', () => {
  let stack: Stack;
  let url: string;
  let prometheus: ChildProcess | undefined;
  const query = async (expr: string) => {
    const filled = expr.replaceAll('$__rate_interval', '30s').replaceAll('[1h]', '[30s]');
    const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(filled)}`);
    return (await response.json()) as { status: string; error?: string; data?: { result: { value: [number, string] }[] } };
  };
  const post = (path: string, body: object) =>
    fetch(stack.apiUrl + path, { method: 'POST', body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } });

  async function hold(id: string): Promise<void> {
    const format = { encoding: 'pcm16', sampleRateHz: standInRateHz } as const;
    const caller = await LiveCaller.connect({ baseUrl: stack.apiUrl ?? '', sessionId: id, format });
    const done = caller.client.next('reply.done', { timeoutMs: 30_000 });
    await caller.saySamples(fakeUtterance('I had a long day with the rain.').samples);
    await done;
    await caller.leave();
    await fetch(`${stack.apiUrl}/sessions/${id}`, { method: 'DELETE' });
  }

  beforeAll(async () => {
    stack = await startTestStack(await testEnvironment(), { engines: standInEngines() });
    const [folder, port] = [await mkdtemp(join(tmpdir(), 'voicebot-prometheus-')), await freePort()];
    url = `http://127.0.0.1:${port}`;
    const target = { targets: [new URL(stack.apiUrl ?? '').host], labels: { service: 'orchestrator-core' } };
    const config = {
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: [join(rulesFolder, '*.yml')],
      scrape_configs: [{ job_name: 'voicebot', static_configs: [target] }],
    };
    await writeFile(join(folder, 'prometheus.yml'), JSON.stringify(config));
    prometheus = spawn(
      'prometheus',
      [`--config.file=${folder}/prometheus.yml`, `--storage.tsdb.path=${folder}/data`, `--web.listen-address=127.0.0.1:${port}`],
      { stdio: 'ignore' },
    );
    // What has never happened has no rate: it must be seen before, and again.
    await hold('first');
    await until(
      'it was read',
      async () => ((await query('voicebot_calls_total').catch(() => undefined))?.data?.result.length ?? 0) > 0,
    );
    await hold('second');
    await post('/sessions/third', {});
    await post('/sessions/third/turns', { text: 'What is my balance?' });
    await until(
      'the second call was read',
      async () => Number((await query('sum(voicebot_calls_total)')).data?.result[0]?.value[1]) >= 2,
    );
  }, 180_000);
  afterAll(async () => {
    if (prometheus?.kill('SIGTERM')) await once(prometheus, 'exit');
    await stack?.stop();
  });

  const expressions = dashboards.flatMap(({ title, panels }) =>
    panels.flatMap((panel) => panel.queries.map(({ expr }) => ({ name: `${title}: ${panel.title}`, expr }))),
  );
  it.each(expressions)('answers $name', async ({ expr }) => {
    const found = await until(
      'there is data',
      async () => {
        const answer = await query(expr);
        expect(answer.error).toBeUndefined();
        return (answer.data?.result.length ?? 0) > 0 && answer;
      },
      20_000,
      () => expr,
    );
    expect(found.status).toBe('success');
  });

  it('takes every rule, and keeps exemplars of waits', async () => {
    const { data } = (await (await fetch(`${url}/api/v1/rules`)).json()) as {
      data: { groups: { rules: { name: string; health: string; lastError?: string }[] }[] };
    };
    const all = data.groups.flatMap((group) => group.rules);
    expect(all).toHaveLength((await rules()).length);
    expect(all.filter(({ health, lastError }) => health === 'err' || lastError)).toEqual([]);
  });
});
