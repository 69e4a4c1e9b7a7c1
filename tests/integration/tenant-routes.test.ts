import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Rule, rules } from '../../api/access/rules.ts';
import type { Stack } from '../../services/stack.ts';
import type { TemporalConnection } from '../../temporal/connection.ts';
import { batchWorkflowId } from '../../workflows/definitions.ts';
import { countingEngines } from '../fakes/counting-voice.ts';
import { temporalOf } from '../support/stack-temporal.ts';
import { startTestStack, type TestEnvironment, testEnvironment } from '../support/test-stack.ts';
import { until } from '../support/until.ts';

/** Stands in what the tenant `north` has said and stored, and in nothing else. */
const mark = 'aurora';
/** Names that the other tenant has come to know. */
const known = 'thing-of-north';
const session = 'call-of-north';

let environment: TestEnvironment;
let stack: Stack;
let temporal: TemporalConnection;
let adminKey: string;
const keys = { north: '', south: '' };
let northKeyId: string;
let version: string;

const send = (method: string, path: string, key: string, body?: string, type = 'application/json') =>
  fetch(stack.apiUrl + path, {
    method,
    headers: { Authorization: `Bearer ${key}`, ...(body === undefined ? {} : { 'Content-Type': type }) },
    ...(body === undefined ? {} : { body }),
  });
const north = async (method: string, path: string, body?: unknown) => {
  const response = await send(method, path, keys.north, body === undefined ? undefined : JSON.stringify(body));
  const text = await response.text();
  expect(response.ok, `${method} ${path}: ${text}`).toBe(true);
  return text;
};

beforeAll(async () => {
  environment = await testEnvironment({ AUTH: 'on', RECORD_AUDIO: 'true', RATE_REQUESTS: '1000000' });
  stack = await startTestStack(environment, { engines: countingEngines() });
  temporal = await temporalOf(stack, environment);
  adminKey = (await readFile(join(environment.DATA_DIR ?? '', 'admin.key'), 'utf8')).trim();
  for (const tenant of ['north', 'south'] as const) {
    const body = JSON.stringify({ name: `${tenant} admin`, role: 'admin', tenant });
    const made = (await (await send('POST', '/keys', adminKey, body)).json()) as { key: string; id: string };
    keys[tenant] = made.key;
    if (tenant === 'north') northKeyId = made.id;
  }
  await north('POST', `/sessions/${session}`);
  await north('POST', `/sessions/${session}/turns`, { text: `Tell me about the ${mark} account.` });
  const article = `---\nid: ${known}\ntitle: The ${mark} account\nlanguage: en\nquestions:\n  - What is the ${mark} account?\n---\nThe ${mark} account is free.\n`;
  await north('POST', '/knowledge/articles', { articles: [{ file: `${known}.md`, markdown: article }] });
  await north('POST', '/batches', { id: known, name: mark, check: false, items: [{ key: known, text: `This is ${mark}.` }] });
  await until('the batch is made', async () => (await north('GET', `/batches/${known}`)).includes('"done"'));
  await north('PUT', '/tenants/north', { bankName: `Bank ${mark}` });
  const checked = JSON.parse(await north('GET', '/assistants')) as { versions?: { version: string }[] };
  version = checked.versions?.[0]?.version ?? 'none';
}, 120_000);
afterAll(async () => {
  await temporal?.close();
  await stack?.stop();
});

/** What is put in the place of each parameter: always what `north` has. */
function filled({ path }: Rule): string {
  const own = path.startsWith('/batch') ? known : path.startsWith('/keys') ? northKeyId : session;
  const values: Record<string, string> = {
    id: own,
    turn: '1',
    key: known,
    version: path.startsWith('/assistants') ? version : '1',
    article: known,
    name: known,
    tenant: 'north',
    review: '00000000-0000-4000-8000-000000000001',
    engine: 'kokoro',
    file: 'index.html',
  };
  return path.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? 'x');
}

/** Bodies with which a route would do something, where nothing was in its way. */
const bodies: Readonly<Record<string, unknown>> = {
  'POST /sessions/{id}/turns': { text: `What is the ${mark} account?` },
  'PUT /sessions/{id}/turns/{turn}/review': { verdict: 'bad' },
  'POST /tokens': { session },
  'POST /exports': { customer: '48213957' },
  'POST /erasures': { customer: '48213957' },
  'PUT /tenants/{tenant}': { bankName: 'South' },
  'PUT /cache/threshold': { threshold: 0.5 },
  'POST /messages/{key}/speech': { values: {} },
  'POST /messages/{key}/versions/{version}/approve': { by: 'south' },
  'POST /messages/{key}/versions/{version}/reject': { by: 'south' },
  'PUT /adapters/active': { name: null, sessionId: session },
};

/** What `north` can see of its own. */
const stateOfNorth = async (): Promise<string> => {
  const seen: string[] = [];
  for (const path of [
    ...[`/sessions/${session}`, `/sessions/${session}/turns`, `/sessions/${session}/reviews`, `/batches/${known}`],
    ...[`/batches/${known}/items`, `/messages/${known}`, '/messages', '/knowledge/articles', '/tenants/north', '/cache/entries'],
    ...['/assistants', '/keys'],
  ])
    seen.push(await north('GET', path));
  // When a key was last used is not what it is about.
  return seen.join('\n').replace(/"lastUsedAt":("[^"]*"|null)/g, '');
};

describe('a key of another tenant', () => {
  const asked = rules.filter(
    ({ need, socket, path }) => !['open', 'own', 'asterisk', 'any'].includes(need) && !socket && path !== '/metrics',
  );

  it('is asked for things that are there', async () => {
    const state = await stateOfNorth();
    expect(state.split(mark).length).toBeGreaterThan(6);
  });

  it.each(asked.map((rule) => ({ rule, name: `${rule.method} ${rule.path}` })))(
    'reads and changes nothing by $name, whichever tenant it names',
    async ({ rule, name }) => {
      const before = await stateOfNorth();
      const body = rule.method === 'GET' ? undefined : JSON.stringify(bodies[name] ?? {});
      for (const query of ['', '?tenant=north', '?tenant=north&tenant=south', '?tenant=%2A']) {
        const response = await send(rule.method, filled(rule) + query, keys.south, body);
        const text = await response.text();
        expect(text, query).not.toContain(mark);
        expect(response.status, `${query}: ${text}`).toBeLessThan(500);
      }
      expect(await stateOfNorth()).toEqual(before);
    },
  );

  it('opens no call of this one, by its id or by a token for it', async () => {
    const url = stack.apiUrl?.replace('http', 'ws') ?? '';
    const socket = new WebSocket(`${url}/ws/${session}`, { headers: { Authorization: `Bearer ${keys.south}` } });
    const [code] = await new Promise<[number]>((resolve) => socket.once('close', (...args) => resolve([args[0] as number])));
    expect(code).toBe(4404);
    const made = await send('POST', '/tokens', keys.south, JSON.stringify({ session }));
    expect(made.status).toBe(404);
  });

  it('cannot take an id that is taken, and does not learn whose it is', async () => {
    const response = await send('POST', `/sessions/${session}`, keys.south);
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect((await response.text()).replaceAll(session, '')).not.toContain('north');
  });

  it('goes on with no list of the other by its cursors', async () => {
    const first = (await (await send('GET', '/sessions?limit=1', keys.north)).json()) as { next?: string | null };
    const cursor = encodeURIComponent(first.next ?? 'MjAyNi0xMS0yOVQwMDowMDowMC4wMDBaIGE');
    const response = await send('GET', `/sessions?limit=50&after=${cursor}`, keys.south);
    expect(await response.text()).not.toContain(mark);
  });
});

describe('a key for all tenants', () => {
  const listed = async (query: string) => {
    const response = await send('GET', `/sessions${query}`, adminKey);
    return ((await response.json()) as { sessions: { id: string }[] }).sessions.map(({ id }) => id);
  };

  it('begins a call of the tenant that it names, and sees the calls of one or of all', async () => {
    const begin = (id: string, key: string, tenant?: string) =>
      send('POST', `/sessions/${id}`, key, JSON.stringify(tenant ? { tenant } : {}));
    expect(await (await begin('named-south', adminKey, 'south')).json()).toMatchObject({ tenant: 'south' });
    expect(await (await begin('named-none', adminKey)).json()).toMatchObject({ tenant: 'default' });
    expect((await begin('not-of-south', keys.south, 'north')).status).toBe(403);
    expect(await listed('')).toEqual(expect.arrayContaining(['named-south', 'named-none', session]));
    expect(await listed('?tenant=south')).toEqual(['named-south']);
    expect((await listed('?tenant=north')).includes('named-south')).toBe(false);
    const failed = await send('GET', '/turns?tenant=south', adminKey);
    expect(await failed.json()).toMatchObject({ turns: [] });
  });
});

describe('workflows of tenants', () => {
  it('bear names that no other tenant can give, and say whose they are', async () => {
    const found: string[] = [];
    for await (const { workflowId } of temporal.client.workflow.list({ query: "VoicebotTenant = 'north'" }))
      found.push(workflowId);
    expect(found).toContain(`call-north/${session}`);
    expect(batchWorkflowId('a', 'b-c')).not.toBe(batchWorkflowId('a-b', 'c'));
    const { raw } = await temporal.client.workflow.getHandle(`call-north/${session}`).describe();
    expect(raw.workflowExecutionInfo?.priority?.fairnessKey).toBe('north');
  });
});
