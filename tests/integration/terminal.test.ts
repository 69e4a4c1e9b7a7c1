import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { toPcm16 } from '../../audio/pcm.ts';
import type { Stack } from '../../services/stack.ts';
import { fakeUtterance } from '../chaos/caller.ts';
import { standInEngines } from '../fakes/stand-in-engines.ts';
import { Terminal, tmuxIsThere } from '../support/terminal.ts';
import { noBank, startTestStack, type TestEnvironment, testEnvironment } from '../support/test-stack.ts';
import { until } from '../support/until.ts';

const bin = fileURLToPath(new URL('../../cli/bin.mjs', import.meta.url));
const microphone = fileURLToPath(new URL('../fakes/microphone.mjs', import.meta.url));
let environment: TestEnvironment;
let stack: Stack;
let folder: string;
let terminal: Terminal | undefined;

const voicebot = async (...args: string[]): Promise<Terminal> => {
  const env = { ...environment, VOICEBOT_URL: stack.apiUrl ?? '', NO_COLOR: '1' };
  terminal = await Terminal.start([process.execPath, bin, ...args], { cwd: folder, env });
  return terminal;
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'voicebot-terminal-'));
  environment = await testEnvironment({ ...noBank, IDLE_PROMPT_SECONDS: '0' });
  stack = await startTestStack(environment, { engines: standInEngines() });
});
afterEach(async () => {
  await terminal?.close();
  terminal = undefined;
});
afterAll(async () => {
  await stack?.stop();
  await rm(folder, { recursive: true, force: true });
});

describe.skipIf(!tmuxIsThere)('in a terminal', () => {
  it('voicebot alone opens menus, which run commands and are left with Ctrl-C', async () => {
    const screen = await voicebot();
    const menu = await screen.shows(/What do you want to do/);
    for (const title of [
      'Voice Pipeline',
      'Service Management',
      'Testing & Demos',
      'Audio Generation',
      'Health & Diagnostics',
      'Documentation',
    ])
      expect(menu).toContain(title);
    await screen.press('Down', 'Down', 'Down', 'Down', 'Enter');
    await screen.shows(/❯ Health\n/);
    await screen.press('Enter');
    await screen.shows(/queue telephony +ok/);
    await screen.press('C-c');
    await screen.shows(/ended with 0/);
  });

  it('the shell speaks, chooses engines from a list, and knows what it does not know', async () => {
    const screen = await voicebot('shell', '--folder', 'spoken');
    await screen.shows(/voicebot>/);
    await screen.type('speak Good morning.');
    await screen.shows(/spoken\/speech-1\.wav: [\d.]+ s of speech/);
    await screen.type('switch');
    await screen.shows(/Engine/);
    await screen.press('Down', 'Enter');
    await screen.shows(/Speaking with nari_dia/);
    await screen.type('nari-test quick');
    await screen.shows(/nari_dia +unavailable/);
    await screen.type('sing');
    await screen.shows(/There is no command 'sing'/);
    await screen.type('quit');
    await screen.shows(/Goodbye\.[\s\S]*ended with 0/);
    expect(await readdir(join(folder, 'spoken'))).toContain('speech-1.wav');
  });

  it('a view is drawn again in its place, and ends with Ctrl-C', async () => {
    const screen = await voicebot('watch', '--every', '0.3');
    await screen.shows(/calls +0 active/);
    await execa('node', [bin, 'start-call', '--session-id', 'seen'], { env: { VOICEBOT_URL: stack.apiUrl ?? '' } });
    const drawn = await screen.shows(/calls +1 active[\s\S]*seen/);
    expect(drawn.match(/queues /g)).toHaveLength(1);
    await screen.press('C-c');
    await screen.shows(/ended with 0/);
  });

  it('a conversation in writing shows where its time went', async () => {
    const screen = await voicebot('talk', '--type', '--session-id', 'written');
    await screen.shows(/you/);
    await screen.type('Do you like music?');
    await screen.shows(/bot {2}\S[\s\S]*lookup +█/);
    await screen.type('quit');
    await screen.shows(/ended with 0/);
  });
});

describe('by microphone and speaker', () => {
  it('a call is held, and heard', async () => {
    const [said, heard] = [join(folder, 'said.raw'), join(folder, 'heard.raw')];
    await writeFile(said, toPcm16(fakeUtterance('Do you like music?').samples));
    const env = {
      ...environment,
      VOICEBOT_URL: stack.apiUrl ?? '',
      VOICEBOT_RECORD: `${process.execPath} ${microphone} ${said}`,
      VOICEBOT_PLAY: `dd of=${heard} status=none`,
    };
    const talking = execa('node', [bin, 'talk', '--session-id', 'spoken'], { env, reject: false });
    let seen = '';
    talking.stdout.on('data', (part: Buffer) => {
      seen += part.toString();
    });
    await until(
      'the turn was measured',
      () => /ms from your last word/.test(seen),
      30_000,
      () => seen,
    );
    await until('the reply was played', async () =>
      (await readFile(heard).catch(() => Buffer.alloc(0))).some((byte) => byte !== 0),
    );
    talking.kill('SIGINT');
    const { exitCode } = await talking;
    expect(exitCode).toBe(0);
    expect(seen).toMatch(/you {2}Do you like music\?[\s\S]*bot {2}\S[\s\S]*speech to text +█*/);
    expect(seen).toMatch(/The call has ended/);
  });
});
