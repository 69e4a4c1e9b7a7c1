import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Rule, rules } from '../../api/access/rules.ts';
import { LiveClient } from '../../client/live-client.ts';
import { loadConfig } from '../../config/load.ts';
import { type Permission, permissionsOf, type Role } from '../../domain/access/access.ts';
import type { Stack } from '../../services/stack.ts';
import { countingEngines } from '../fakes/counting-voice.ts';
import { startTestStack, type TestEnvironment, testEnvironment } from '../support/test-stack.ts';
import { until } from '../support/until.ts';

let environment: TestEnvironment;
let stack: Stack;
let adminKey: string;
const keys = {} as Record<Exclude<Role, 'caller'>, string>;

beforeAll(async () => {
  environment = await testEnvironment({ AUTH: 'on', RATE_WRONG_TRIES: '30' });
  stack = await startTestStack(environment, { engines: countingEngines() });
  adminKey = (await readFile(join(environment.DATA_DIR ?? '', 'admin.key'), 'utf8')).trim();
  for (const role of ['agent', 'operator', 'admin'] as const) keys[role] = (await makeKey({ name: role, role })).key;
});
afterAll(() => stack?.stop());

const headersOf = (key: string | undefined): Record<string, string> =>
  key === undefined ? {} : { Authorization: `Bearer ${key}` };
const request = (method: string, path: string, key?: string, body?: unknown, more: Record<string, string> = {}) =>
  fetch(stack.apiUrl + path, {
    method,
    headers: { ...headersOf(key), ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...more },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    redirect: 'manual',
  });
const makeKey = async (body: object, by = adminKey) =>
  (await (await request('POST', '/keys', by, body)).json()) as { key: string; id: string; code?: string };
const tokenFor = async (session: string, over: object = {}) =>
  ((await (await request('POST', '/tokens', keys.agent, { session, ...over })).json()) as { token: string }).token;

describe('the first key', () => {
  it('is in a file that its owner alone may read, and is of an administrator', async () => {
    expect((await stat(join(environment.DATA_DIR ?? '', 'admin.key'))).mode & 0o777).toBe(0o600);
    expect((await request('GET', '/keys', adminKey)).status).toBe(200);
  });
});

describe('every route', () => {
  const filled = ({ path }: Rule) => path.replace(/\{\w+\}/g, 'no-such-thing');
  const guarded = rules.filter(({ need, socket }) => need !== 'open' && need !== 'own' && need !== 'asterisk' && !socket);

  it('has a rule, and every rule a route', async () => {
    const { endpoints } = (await (await request('GET', '/')).json()) as { endpoints: string[] };
    const routes = endpoints.map((one) => one.replace(/:(\w+)(\{[^}]*\})?/g, '{$1}'));
    const ruled = rules.filter(({ path }) => !path.startsWith('/media')).map(({ method, path }) => `${method} ${path}`);
    expect(routes.sort()).toEqual(ruled.sort());
  });

  it.each(guarded)('asks who is there: $method $path', async (rule) => {
    const response = await request(rule.method, filled(rule));
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toContain('Bearer');
  });

  // What a request holds does not matter: whether it may be sent is said before anything is read.
  it.each(
    (['agent', 'operator'] as const).flatMap((role) =>
      guarded.map((rule) => ({ role, rule, name: `${rule.method} ${rule.path}` })),
    ),
  )('lets a key of the role $role do what the role may: $name', async ({ role, rule }) => {
    const may = rule.need === 'any' || permissionsOf[role].includes(rule.need as Permission);
    if (may && rule.method !== 'GET') return;
    const { status } = await request(rule.method, filled(rule), keys[role]);
    expect(status === 403).toBe(!may);
    expect(status).not.toBe(401);
  });

  it('of pipes, Twilio and Asterisk checks what is its own', async () => {
    expect((await request('GET', '/media/some-turn/spoken', adminKey)).status).toBe(403);
    expect((await request('POST', '/telephony/twilio', adminKey)).status).toBe(422);
    expect((await request('GET', '/telephony/asterisk/0/next')).status).toBe(200);
  });

  it('that does not exist is told to those who are known only', async () => {
    expect((await request('GET', '/nothing-here')).status).toBe(401);
    expect((await request('GET', '/nothing-here', keys.agent)).status).toBe(404);
  });

  it('with another method says which there are', async () => {
    const response = await request('PATCH', '/keys', adminKey);
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST, GET']);
  });
});

describe('a key', () => {
  it('is for its tenant: what is asked for is that, and nothing else may be', async () => {
    const { key } = await makeKey({ name: 'north', role: 'admin', tenant: 'north' });
    const batch = { id: 'of-north', check: false, items: [{ key: 'a', text: 'This is a message.' }] };
    expect((await request('POST', '/batches', key, batch)).status).toBe(202);
    const ids = async (path: string, by: string) =>
      ((await (await request('GET', path, by)).json()) as { batches: { id: string }[] }).batches.map(({ id }) => id);
    expect(await ids('/batches', key)).toEqual(['of-north']);
    expect(await ids('/batches', adminKey)).toEqual([]);
    expect(await ids('/batches?tenant=north', adminKey)).toEqual(['of-north']);
    expect((await request('GET', '/batches?tenant=default', key)).status).toBe(403);
    expect((await makeKey({ name: 'south', role: 'agent', tenant: 'south' }, key)).code).toBe('unauthorized');
    const own = await makeKey({ name: 'clerk', role: 'agent' }, key);
    expect((await request('GET', '/batches?tenant=south', own.key)).status).toBe(403);
    const listed = (await (await request('GET', '/keys', key)).json()) as { keys: { name: string; tenant: string }[] };
    expect(listed.keys.map(({ name }) => name)).toEqual(['clerk', 'north']);
  });

  it('opens calls of its tenant, and sees no others', async () => {
    const keyOf = async (tenant: string) => (await makeKey({ name: tenant, role: 'operator', tenant })).key;
    const [west, south] = [await keyOf('west'), await keyOf('south')];
    expect((await request('POST', '/sessions/of-west', west)).status).toBe(201);
    expect((await request('POST', '/sessions/of-west/turns', west, { text: 'Hello.' })).status).toBe(200);
    for (const [method, path, body] of [
      ['GET', '/sessions/of-west'],
      ['GET', '/sessions/of-west/turns'],
      ['GET', '/sessions/of-west/turns/1/audio'],
      ['GET', '/sessions/of-west/reviews'],
      ['POST', '/sessions/of-west'],
      ['POST', '/sessions/of-west/turns', { text: 'Hello.' }],
      ['POST', '/sessions/of-west/turns/1/retry'],
      ['PUT', '/sessions/of-west/turns/1/review', { verdict: 'right' }],
      ['PUT', '/adapters/active', { name: null, sessionId: 'of-west' }],
      ['DELETE', '/sessions/of-west'],
    ] as const) {
      expect([method, path, (await request(method, path, south, body)).status]).toEqual([method, path, 404]);
    }
    const listed = async (by: string) => {
      const { sessions, active } = (await (await request('GET', '/sessions', by)).json()) as {
        sessions: { id: string }[];
        active: number;
      };
      return { ids: sessions.map(({ id }) => id), active };
    };
    expect(await listed(west)).toEqual({ ids: ['of-west'], active: 1 });
    expect(await listed(south)).toEqual({ ids: [], active: 0 });
    expect((await request('POST', '/tokens', south, { session: 'of-west' })).status).toBe(404);
    // One that was made before the session was there does not open it either.
    const early = await request('POST', '/tokens', south, { session: 'of-west-later' });
    const { token } = (await early.json()) as { token: string };
    expect((await request('POST', '/sessions/of-west-later', west)).status).toBe(201);
    await expect(LiveClient.connect({ baseUrl: stack.apiUrl ?? '', sessionId: 'of-west-later', token })).rejects.toMatchObject({
      code: 4404,
    });
    expect((await request('POST', '/temporal/codec/decode', south, { payloads: [] })).status).toBe(403);
  });

  it('is not stored, not listed, and does not work once it is revoked', async () => {
    const { key, id } = await makeKey({ name: 'gone', role: 'agent', expiresInDays: 1 });
    expect(JSON.stringify(await (await request('GET', '/keys', adminKey)).json())).not.toContain(key.slice(-43));
    expect((await request('DELETE', `/keys/${id}`, adminKey)).status).toBe(200);
    expect((await request('GET', '/sessions', key)).status).toBe(401);
    expect((await request('DELETE', '/keys/aaaaaaaaaaaa', adminKey)).status).toBe(404);
  });

  it('names permissions that its role has', async () => {
    expect((await makeKey({ name: 'x', role: 'agent', permissions: ['admin'] })).code).toBe('invalid-request');
    expect((await makeKey({ name: 'x', role: 'caller' })).code).toBe('invalid-request');
  });

  it('is asked for by browsers in a window of their own', async () => {
    const refused = await request('GET', '/docs');
    expect(refused.headers.get('www-authenticate')).toContain('Basic');
    const basic = Buffer.from(`anybody:${keys.agent}`).toString('base64');
    expect((await request('GET', '/docs', undefined, undefined, { Authorization: `Basic ${basic}` })).status).toBe(200);
  });

  it("works with clients of OpenAI's API, which read the refusal", async () => {
    const client = (apiKey: string) => new OpenAI({ baseURL: `${stack.apiUrl}/v1`, apiKey, maxRetries: 0 });
    const speak = (apiKey: string) =>
      client(apiKey).audio.speech.create({ model: 'tts-1', voice: 'alloy', input: 'Hello.', response_format: 'wav' });
    expect((await speak(keys.agent)).ok).toBe(true);
    await expect(speak('sk-none')).rejects.toMatchObject({ status: 401, code: 'unauthenticated' });
  });
});

describe('a socket', () => {
  let sessions = 0;
  const session = () => `guarded-${sessions++}`;
  const connect = (sessionId: string, token?: string) => LiveClient.connect({ baseUrl: stack.apiUrl ?? '', sessionId, token });
  const url = (path: string) => `${stack.apiUrl?.replace('http', 'ws')}${path}`;
  /** The code that a socket is closed with, and what was said before. */
  const closed = async (socket: WebSocket) => {
    const said: { type: string; problem?: { code: string } }[] = [];
    socket.on('message', (data, binary) => binary || said.push(JSON.parse(String(data))));
    const [code] = (await once(socket, 'close')) as [number];
    return { code, problem: said.at(-1)?.problem?.code };
  };

  it('is opened by a token for its session, once', async () => {
    const id = session();
    const token = await tokenFor(id);
    const client = await connect(id, token);
    expect(client.socket.protocol).toBe('voicebot');
    client.socket.close();
    await client.closed;
    await expect(connect(id, token)).rejects.toMatchObject({ code: 4401 });
    (await connect(id, await tokenFor(id))).socket.close();
  });

  it('is not opened by a token for another session, from elsewhere, or by none', async () => {
    await expect(connect(session(), await tokenFor(session()))).rejects.toMatchObject({ code: 4403 });
    const id = session();
    await expect(connect(id, await tokenFor(id, { addresses: ['192.0.2.1'] }))).rejects.toMatchObject({ code: 4403 });
    await expect(connect(id, 'vbt_none')).rejects.toMatchObject({ code: 4401 });
    await expect(connect(id)).rejects.toMatchObject({ code: 4401 });
    expect((await request('GET', `/sessions/${id}`, keys.agent)).status).toBe(404);
  });

  it('is opened by a first message that says who is there', async () => {
    const id = session();
    const socket = new WebSocket(url(`/ws/${id}`));
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'authenticate', token: await tokenFor(id) }));
    socket.send(JSON.stringify({ type: 'start', format: { encoding: 'pcm16', sampleRateHz: 16_000 } }));
    const [message] = (await once(socket, 'message')) as [Buffer];
    expect(JSON.parse(message.toString())).toMatchObject({ type: 'call.started', sessionId: id });
    socket.close();
  });

  it.each([
    ['something else', '{"type":"start"}'],
    ['what is no JSON', 'hello'],
    ['sound', new Uint8Array(100)],
  ])('is closed where the first message is %s', async (_, first) => {
    const socket = new WebSocket(url(`/ws/${session()}`));
    await once(socket, 'open');
    socket.send(first);
    expect(await closed(socket)).toEqual({ code: 4401, problem: 'unauthenticated' });
  });

  it('is opened by a key, in a header too, and not by one that may hold no calls', async () => {
    const opened = new WebSocket(url(`/ws/${session()}`), { headers: headersOf(keys.agent) });
    await once(opened, 'open');
    opened.close();
    const { key } = await makeKey({ name: 'reader', role: 'agent', permissions: ['read'] });
    const refused = new WebSocket(url(`/ws/${session()}`), { headers: headersOf(key) });
    expect(await closed(refused)).toEqual({ code: 4403, problem: 'unauthorized' });
  });

  it("of the Realtime protocol takes OpenAI's ways of saying it", async () => {
    // One after the other: a socket that opens while nobody listens has said its first word in vain.
    for (const open of [
      () => new WebSocket(url('/v1/realtime'), { headers: headersOf(keys.agent) }),
      () => new WebSocket(url('/v1/realtime'), ['realtime', `openai-insecure-api-key.${keys.agent}`]),
    ]) {
      const socket = open();
      const [message] = (await once(socket, 'message')) as [Buffer];
      expect(JSON.parse(message.toString())).toMatchObject({ type: 'session.created' });
      socket.close();
    }
    expect(await closed(new WebSocket(url('/v1/realtime'), { headers: headersOf('none') }))).toMatchObject({ code: 4401 });
  });

  it('lets a caller write turns of its session, and nothing else', async () => {
    const id = session();
    const token = await tokenFor(id);
    expect((await request('POST', `/sessions/${id}`, token)).status).toBe(201);
    expect((await request('POST', `/sessions/${id}/turns`, token, { text: 'Hello.' })).status).toBe(200);
    expect((await request('POST', `/sessions/${session()}/turns`, token, { text: 'Hello.' })).status).toBe(403);
    expect((await request('POST', `/sessions/%E0%A4%A/turns`, token, { text: 'Hello.' })).status).toBe(403);
    expect((await request('GET', `/sessions/${id}`, token)).status).toBe(403);
    expect((await request('POST', '/tokens', token, { session: id })).status).toBe(403);
  });
});

describe('the audit log', () => {
  interface Entry {
    actor: string;
    role: string;
    action: string;
    target: Record<string, string>;
    status: number;
    tenant: string;
  }
  const entries = async (query = '') =>
    ((await (await request('GET', `/audit?limit=1000${query}`, adminKey)).json()) as { entries: Entry[] }).entries;

  it('tells who changed what, who read what was said, and who was refused', async () => {
    const { id } = await makeKey({ name: 'audited', role: 'agent' });
    await request('GET', '/sessions/some-session', keys.agent);
    await request('DELETE', `/keys/${id}`, keys.agent);
    await request('GET', '/sessions', `vbk_aaaaaaaaaaaa_${'x'.repeat(43)}`);
    // Each page of the console asks for this.
    await request('GET', '/tenants', adminKey);
    const [refused, forbidden, read, made] = await entries();
    expect(refused).toMatchObject({ actor: 'nobody', action: 'GET /sessions', status: 401 });
    expect(forbidden).toMatchObject({ role: 'agent', action: 'DELETE /keys/{id}', target: { id }, status: 403 });
    expect(read).toMatchObject({
      actor: forbidden?.actor,
      action: 'GET /sessions/{id}',
      target: { id: 'some-session' },
      status: 404,
    });
    expect(made).toMatchObject({ role: 'admin', action: 'POST /keys', status: 201 });
    expect(JSON.stringify(await entries())).not.toContain('vbk_');
  });

  it('is whole, and the database changes nothing of it', async () => {
    await Promise.all(Array.from({ length: 20 }, () => makeKey({ name: 'many', role: 'agent' })));
    const check = (await (await request('GET', '/audit/verify', adminKey)).json()) as { entries: number; findings: unknown[] };
    expect(check.findings).toEqual([]);
    const lines = (await (await request('GET', '/audit/export', adminKey)).text()).trim().split('\n');
    expect(lines.length).toBeGreaterThanOrEqual(check.entries);
  });

  it('of one tenant is shown to its administrators alone', async () => {
    const { key } = await makeKey({ name: 'east', role: 'admin', tenant: 'east' });
    await makeKey({ name: 'of east', role: 'agent' }, key);
    const listed = (await (await request('GET', '/audit', key)).json()) as { entries: Entry[] };
    expect(new Set(listed.entries.map(({ tenant }) => tenant))).toEqual(new Set(['east']));
    expect((await request('GET', '/audit/export', key)).status).toBe(403);
    expect((await request('GET', '/audit?tenant=north', key)).status).toBe(403);
  });
});

describe('limits', () => {
  it('keep an address from trying keys without end, and lock nobody out', async () => {
    const refused = await until('the limit is reached', async () => {
      const response = await request('GET', '/sessions', 'vbk_wrong');
      return response.status === 429 && response;
    });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await request('GET', '/sessions', keys.agent)).status).toBe(200);
  });

  it('let one session take so many turns in a minute', async () => {
    const id = 'talks-much';
    await request('POST', `/sessions/${id}`, keys.agent);
    const statuses = await Promise.all(
      Array.from(
        { length: 62 },
        async () => (await request('POST', `/sessions/${id}/turns`, keys.agent, { text: 'Hello.' })).status,
      ),
    );
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(2);
  });
});

describe('off this machine', () => {
  it('the API does not start without authentication', () => {
    expect(() => loadConfig({ HOST: '0.0.0.0', AUTH: 'off' })).toThrow('AUTH: may be off only on this machine');
    expect(() => loadConfig({ HOST: '10.0.0.7', AUTH: 'off' })).toThrow('AUTH');
    expect(() => loadConfig({ AUTH_ISSUER: 'http://id.example', AUTH_AUDIENCE: 'x' })).toThrow('AUTH_ISSUER: must be https');
    expect(() => loadConfig({ AUTH_ISSUER: 'https://id.example' })).toThrow('AUTH_AUDIENCE');
    expect(loadConfig({ HOST: '127.0.0.1', AUTH: 'off' }).AUTH).toBe('off');
  });
});
