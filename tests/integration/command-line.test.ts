import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConversations } from '../../domain/assistant/conversation.ts';
import { wordErrors } from '../../domain/language/word-errors.ts';
import type { Stack } from '../../services/stack.ts';
import { noBank, startTestStack, testEnvironment } from '../support/test-stack.ts';
import { until } from '../support/until.ts';

const bin = fileURLToPath(new URL('../../cli/bin.mjs', import.meta.url));
let stack: Stack;
let folder: string;
const voicebot = (args: string[], env: Record<string, string> = {}) =>
  execa('node', [bin, ...args], { reject: false, env: { VOICEBOT_URL: stack.apiUrl, ...env } });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'voicebot-cli-'));
  stack = await startTestStack(await testEnvironment(noBank));
});
afterAll(async () => {
  await stack?.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('the command line', () => {
  it('tries the engines and takes a turn', async () => {
    const wav = join(folder, 'said.wav');
    expect((await voicebot(['tts-test', '--text', 'Good morning to you.', '--output', wav])).exitCode).toBe(0);
    const heardBack = await voicebot(['stt-test', '--input', wav, '--json']);
    expect(wordErrors('Good morning to you.', JSON.parse(heardBack.stdout).text)).toBe(0);
    const turn = await voicebot([
      'start-call',
      '--session-id',
      'by-cli',
      '--input',
      wav,
      '--output',
      join(folder, 'reply.wav'),
      '--json',
    ]);
    expect(JSON.parse(turn.stdout)).toMatchObject({ sessionId: 'by-cli', reply: expect.any(String) });
    const listed = JSON.parse((await voicebot(['list-sessions', '--json'])).stdout);
    expect(listed.sessions.map((session: { id: string }) => session.id)).toContain('by-cli');
  });

  it('ends with what is wrong where a service cannot start', async () => {
    const { port } = new URL(stack.apiUrl ?? '');
    const env = { DATA_DIR: join(folder, 'another'), PORT: port, TEMPORAL_ADDRESS: '', DATABASE_URL: '' };
    const started = await voicebot(['start'], env);
    expect(started.exitCode).toBe(1);
    expect(started.stderr).toContain(`Port ${port} is taken by another program.`);
  });

  it('makes messages of a spreadsheet, which are listened to, approved, fetched and understood', async () => {
    const file = join(folder, 'messages.csv');
    await writeFile(
      file,
      'key;text;name\r\nhello;"Good morning, {{name}}; welcome to the bank.";Anna\r\nbroken;"never closed;\r\nclosed;We are closed today.;\r\n',
    );
    const made = await voicebot(['batch', 'create', file, '--id', 'by-cli', '--wait', '--json']);
    expect(JSON.parse(made.stdout.split('\n').at(-1) ?? '')).toMatchObject({
      id: 'by-cli',
      state: 'done',
      created: 2,
      reused: 0,
      failed: 0,
      rejected: 1,
    });
    expect((await voicebot(['batch', 'status', 'by-cli'])).stdout).toContain('line 3: The row cannot be read');
    const listed = JSON.parse((await voicebot(['messages', 'list', '--json'])).stdout);
    expect(listed.messages).toMatchObject([{ key: 'closed' }, { key: 'hello', latest: { state: 'draft', findings: [] } }]);
    expect((await voicebot(['messages', 'approve', 'hello', 'closed', '--by', 'Ann'])).stdout).toContain(
      'hello: version 1 is approved',
    );
    const wav = join(folder, 'hello.wav');
    expect((await voicebot(['messages', 'play', 'hello', '--output', wav])).exitCode).toBe(0);
    const heard = JSON.parse((await voicebot(['stt-test', '--input', wav, '--json'])).stdout);
    expect(wordErrors('Good morning, Anna; welcome to the bank.', heard.text)).toBeLessThanOrEqual(1);
    const zip = join(folder, 'messages.zip');
    expect((await voicebot(['batch', 'download', 'by-cli', '--output', zip])).exitCode).toBe(0);
    expect((await readFile(zip)).subarray(0, 2).toString()).toBe('PK');
    expect((await voicebot(['messages', 'export', join(folder, 'approved'), '--json'])).stdout).toContain('"messages": 2');
    expect((await voicebot(['batch', 'create', join(folder, 'none.csv')])).exitCode).not.toBe(0);
    expect((await voicebot(['engines', 'list'])).stdout).toMatch(/kokoro +ready/);
  });

  it('begins an assistant, checks it, deploys it, and learns a conversation from a call', async () => {
    const own = join(folder, 'my-bank');
    expect((await voicebot(['assistant', 'init', own])).exitCode).toBe(0);
    expect((await voicebot(['assistant', 'init', own])).stderr).toContain('exists already');
    expect((await voicebot(['assistant', 'check', own])).stdout).toMatch(/^my-bank [0-9a-f]{12}: \d+ intents/);
    const wording = join(own, 'wording.yaml');
    const before = await readFile(wording, 'utf8');
    await writeFile(wording, before.replace(/^why:.*$/m, 'why: Because {nobody} may.'));
    const refused = await voicebot(['assistant', 'deploy', own]);
    expect(refused.exitCode).not.toBe(0);
    expect(refused.stderr).toMatch(/wording\.yaml:\d+: nothing fills \{nobody\}/);
    await writeFile(wording, before.replace(/^why:.*$/m, 'why: So that it stays between us.'));
    expect((await voicebot(['assistant', 'diff', own])).stdout).toContain('+why: So that it stays between us.');
    expect((await voicebot(['assistant', 'deploy', own])).stdout).toContain('New calls begin with');
    expect((await voicebot(['assistant', 'list'])).stdout).toMatch(/my-bank +holds/);

    const post = (path: string, method: string, body: unknown) =>
      fetch(`${stack.apiUrl}${path}`, { method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
    await post('/sessions/learnt', 'POST', {});
    for (const text of ['What is my balance?', '48213957', 'My cat is on fire.'])
      await post('/sessions/learnt/turns', 'POST', { text });
    await until(
      'the turns are recorded',
      async () => (await post('/sessions/learnt/turns/3/review', 'PUT', { verdict: 'bad' })).ok,
    );
    const file = join(folder, 'learnt.yaml');
    const learnt = await voicebot(['assistant', 'learn', '--session-id', 'learnt', '--output', file]);
    expect(learnt.stdout).toContain('"My cat is on fire."');
    const text = await readFile(file, 'utf8');
    expect(text).not.toContain('48213957');
    expect(readConversations('learnt.yaml', text).conversations).toMatchObject([
      { lines: [{ caller: 'What is my balance?', source: ['approved'] }, { identify: true }, { caller: 'My cat is on fire.' }] },
    ]);
    expect((await voicebot(['assistant', 'rollback'])).exitCode).toBe(0);
  });

  it('shows configuration and models without secrets', async () => {
    const config = await voicebot(['config', '--json'], { OPENAI_API_KEY: 'sk-secret' });
    expect(JSON.parse(config.stdout)).toMatchObject({ WHISPER_MODEL: 'base', OPENAI_API_KEY: '(set)' });
    expect(config.stdout).not.toContain('sk-secret');
    const models = JSON.parse((await voicebot(['models', '--json'])).stdout);
    expect(JSON.stringify(models)).toContain('whisper-base');
  });

  it('names every wrong setting at once', async () => {
    const { exitCode, stderr } = await voicebot(['config'], { PORT: 'eighty', KOKORO_SPEED: '9' });
    expect(exitCode).not.toBe(0);
    expect(stderr).toMatch(/PORT[\s\S]*KOKORO_SPEED/);
  });

  it('says what to do when the API is not there', async () => {
    const { exitCode, stderr } = await voicebot(['list-sessions'], { VOICEBOT_URL: 'http://127.0.0.1:9' });
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain('npm start');
  });
});
