import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Stack } from '../../services/stack.ts';
import { countingEngines } from '../fakes/counting-voice.ts';
import { startTestStack, testEnvironment } from '../support/test-stack.ts';

let stack: Stack;
let certificate: { readonly cert: string; readonly key: string } | undefined;

/** A certificate of one's own, where the machine can make one. */
function ownCertificate() {
  const folder = mkdtempSync(join(tmpdir(), 'voicebot-tls-'));
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  try {
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert, ...subject],
      {
        stdio: 'ignore',
      },
    );
    return { cert, key };
  } catch {
    process.stderr.write('SKIPPED: there is no openssl to make a certificate with.\n');
    return undefined;
  }
}

beforeAll(async () => {
  certificate = ownCertificate();
  const tls = certificate ? { TLS_CERT_FILE: certificate.cert, TLS_KEY_FILE: certificate.key } : {};
  // Workers of this process reach the pipes by the same certificate, which nobody has signed.
  if (certificate) process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
  const settings = { ...tls, CORS_ORIGINS: 'https://console.bank.example', RATE_TURNS: '60' };
  stack = await startTestStack(await testEnvironment(settings), { engines: countingEngines() });
});
afterAll(async () => {
  await stack?.stop();
  delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
});

const get = (path: string, init: RequestInit = {}) => fetch(stack.apiUrl + path, init);

describe('the edge', () => {
  it('speaks TLS with the certificate that it was given, and no version that is broken', async () => {
    if (!certificate) return;
    expect(stack.apiUrl).toMatch(/^https:/);
    const old = new Promise((resolve, reject) => {
      const url = new URL(stack.apiUrl ?? '');
      request(
        { host: url.hostname, port: url.port, maxVersion: 'TLSv1.1', minVersion: 'TLSv1', rejectUnauthorized: false },
        resolve,
      )
        .on('error', reject)
        .end();
    });
    await expect(old).rejects.toThrow();
    expect((await get('/health')).headers.get('strict-transport-security')).toContain('max-age');
  });

  it('carries calls by TLS', async () => {
    if (!certificate) return;
    await get('/sessions/by-tls', { method: 'POST' });
    const headers = { 'Content-Type': 'application/json' };
    const turn = await get('/sessions/by-tls/turns', { method: 'POST', headers, body: JSON.stringify({ text: 'Hello.' }) });
    expect(turn.status).toBe(200);
    const socket = new WebSocket(`${stack.apiUrl?.replace('http', 'ws')}/ws/by-tls-socket`, { rejectUnauthorized: false });
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    socket.close();
  });

  it('keeps pages from loading, framing and guessing', async () => {
    const { headers } = await get('/docs');
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/script-src[^;]*unsafe/);
    expect(await (await get('/docs')).text()).not.toMatch(/<script>[^<]/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-powered-by')).toBeNull();
  });

  it('lets pages of listed origins ask, and no others', async () => {
    const asked = async (origin: string) =>
      (await get('/sessions', { headers: { Origin: origin } })).headers.get('access-control-allow-origin');
    expect(await asked('https://console.bank.example')).toBe('https://console.bank.example');
    expect(await asked('https://elsewhere.example')).toBeNull();
    expect(await asked('null')).toBeNull();
  });

  it('lets no page of another origin ask or connect in the name of whoever looks at it', async () => {
    const foreign = { Origin: 'https://elsewhere.example' };
    expect((await get('/sessions/by-a-page', { method: 'POST', headers: foreign })).status).toBe(403);
    expect((await get('/sessions/by-a-page')).status).toBe(404);
    const socket = new WebSocket(`${stack.apiUrl?.replace('http', 'ws')}/ws/by-a-page`, {
      headers: foreign,
      rejectUnauthorized: false,
    });
    const code = await new Promise((resolve, reject) => socket.once('close', resolve).once('error', reject));
    expect(code).toBe(4403);
    const { host } = new URL(stack.apiUrl ?? '');
    expect((await get('/sessions', { headers: { Origin: `https://${host}` } })).status).toBe(200);
  });

  it('reads no body without end', async () => {
    const headers = { 'Content-Type': 'application/json' };
    const body = `{"text":"${'x'.repeat(65_000_000)}"}`;
    const answer = await get('/tts/test', { method: 'POST', headers, body }).catch(() => undefined);
    // Who goes on sending may see the connection end before the answer.
    expect(answer?.status ?? 413).toBe(413);
    expect((await get('/health')).status).toBe(200);
  });
});

describe('a request that nobody foresaw', () => {
  const put = (threshold: unknown) =>
    get('/cache/threshold', {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ threshold }),
    });

  it.each([1e-50, 5e-324, 0, 1, 0.123456789])('sets the threshold %d of the cache', async (threshold) => {
    expect((await put(threshold)).status).toBe(200);
  });

  it('for a turn after the end of a call says that it has ended', async () => {
    await get('/sessions/over', { method: 'POST' });
    await get('/sessions/over', { method: 'DELETE' });
    for (let i = 0; i < 20; i++) {
      const headers = { 'Content-Type': 'application/json' };
      const { status } = await get('/sessions/over/turns', { method: 'POST', headers, body: '{"text":"Hello."}' });
      expect(status).toBe(409);
    }
  });

  it.each([
    ['GET', '/sessions/%00', 400],
    ['GET', '/sessions/..%2f..%2fetc', 400],
    ['GET', '/sessions?cursor=%7B%7D', 400],
    ['GET', '/sessions?limit=1e9', 400],
    ['PATCH', '/sessions', 405],
    ['GET', '/docs/constructor', 404],
    ['DELETE', '/health', 405],
    ['GET', '/stt/test', 405],
  ])('%s %s is answered with %d', async (method, path, status) => {
    expect((await get(path, { method })).status).toBe(status);
  });
});
