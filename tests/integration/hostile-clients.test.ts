import { connect, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../config/load.ts';
import type { Stack } from '../../services/stack.ts';
import { countingEngines } from '../fakes/counting-voice.ts';
import { startTestStack, testEnvironment } from '../support/test-stack.ts';

let stack: Stack;
let port: number;

beforeAll(async () => {
  const environment = await testEnvironment();
  port = loadConfig(environment).PORT;
  stack = await startTestStack(environment, { engines: countingEngines() });
});
afterAll(() => stack?.stop());

const isUp = async () => (await fetch(`${stack.apiUrl}/health`)).ok;

/** What comes back for bytes that are sent as they are, until the server closes, or has answered once. */
function sent(bytes: string, { untilClosed = false } = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
      if (!untilClosed && answer.includes('\r\n\r\n')) socket.end();
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', (error) => (answer ? resolve(answer) : reject(error)));
  });
}

const head = (path: string, ...headers: string[]) =>
  ['POST', path, 'HTTP/1.1'].join(' ') + ['', 'Host: x', ...headers, '', ''].join('\r\n');
const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);
/** How many answers came: a second one is the answer to what was smuggled in. */
const answers = (text: string) => text.split('HTTP/1.1 ').length - 1;

describe('a request that two servers would read differently', () => {
  const smuggled = 'GET /health HTTP/1.1\r\nHost: x\r\n\r\n';

  it.each([
    ['two lengths', ['Content-Length: 4', 'Content-Length: 40']],
    ['a length and chunks', [`Content-Length: ${smuggled.length + 5}`, 'Transfer-Encoding: chunked']],
    ['chunks by a name that is none', ['Transfer-Encoding: xchunked']],
    ['chunks with a blank before the colon', ['Transfer-Encoding : chunked']],
    ['chunks after a line that goes on', ['X: y', ' Transfer-Encoding: chunked', 'Content-Length: 3']],
    ['chunks twice', ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity']],
    ['a length that is no number', ['Content-Length: 0x20']],
    ['a length below nothing', ['Content-Length: -1']],
    ['a header with a line feed alone', ['X: a\nTransfer-Encoding: chunked']],
  ])(
    'is refused: %s',
    async (_, headers) => {
      const answer = await sent(`${head('/sessions/smuggle', ...headers)}0\r\n\r\n${smuggled}`, { untilClosed: true });
      expect(statusOf(answer)).toBeGreaterThanOrEqual(400);
      expect(answers(answer)).toBe(1);
      expect(await isUp()).toBe(true);
    },
    20_000,
  );

  it('splits no answer by what it names', async () => {
    const response = await fetch(`${stack.apiUrl}/nothing%0d%0aSet-Cookie:%20a=b`);
    expect(response.status).toBe(404);
    expect(response.headers.get('set-cookie')).toBeNull();
  });
});

describe('a form', () => {
  const boundary = 'x';
  const form = (body: string, type = `multipart/form-data; boundary=${boundary}`) =>
    fetch(`${stack.apiUrl}/stt/test`, { method: 'POST', headers: { 'Content-Type': type }, body });
  const part = (name: string, content: string) =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="a.wav"\r\n\r\n${content}\r\n`;

  it.each([
    ['without an end', part('audio', 'RIFF')],
    ['without a boundary', 'hello'],
    ['with nothing in it', `--${boundary}--\r\n`],
    ['with a name that ends its header', part('audio"\r\nX-Role: admin\r\n', 'RIFF')],
    ['with its boundary in the content', part('audio', `RIFF--${boundary}--`)],
    ['with the file twice', `${part('audio', 'a') + part('audio', 'b')}--${boundary}--\r\n`],
    ['of thousands of parts', `${part('x', 'y').repeat(5_000)}--${boundary}--\r\n`],
  ])('%s is refused, and takes nothing down', async (_, body) => {
    const { status } = await form(body);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(await isUp()).toBe(true);
  });

  it('whose boundary says one thing and whose body another is refused', async () => {
    expect((await form(part('audio', 'RIFF'), 'multipart/form-data; boundary=y')).status).toBe(400);
    expect((await form('x', 'multipart/form-data')).status).toBe(400);
  });
});

describe('a client that is slow', () => {
  it('loses its connection while it still has not said what it wants, and others are answered', async () => {
    const waiting = Array.from({ length: 50 }, () => sent('GET /health HTTP/1.1\r\nHost: x\r\n', { untilClosed: true }));
    for (let i = 0; i < 20; i++) expect(await isUp()).toBe(true);
    for (const answer of await Promise.all(waiting)) expect(answer === '' || statusOf(answer) === 408).toBe(true);
  }, 30_000);
});

describe('what is written into logs', () => {
  it('cannot make a line of its own', async () => {
    const program = `
      import { createLogger } from './telemetry/logger.ts';
      createLogger('info').warn({ sessionId: 'a\\n{"level":30,"msg":"an administrator has logged in"}' }, 'line one\\r\\nline two');`;
    const { stdout, stderr } = await execa(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
    });
    const written = `${stdout}\n${stderr}`.split('\n').filter(Boolean);
    expect(written.length).toBe(1);
    expect(JSON.parse(written[0] ?? '')).toMatchObject({ level: 40, msg: 'line one\r\nline two' });
  });
});

describe('addresses', () => {
  it('that this service asks are named by the configuration alone: no request holds one', async () => {
    const document = (await (await fetch(`${stack.apiUrl}/openapi.json`)).json()) as object;
    const named: string[] = [];
    const visit = (node: unknown, path: string): void => {
      if (typeof node !== 'object' || node === null) return;
      for (const [key, value] of Object.entries(node)) {
        const here = `${path}/${key}`;
        if (/url|uri|host|endpoint|webhook|callback/i.test(key) && path.includes('properties') && !path.includes('responses'))
          named.push(here);
        if (key === 'format' && value === 'uri') named.push(here);
        if (key !== 'responses') visit(value, here);
      }
    };
    visit((document as { paths: object }).paths, '');
    expect(named).toEqual([]);
  });
});
