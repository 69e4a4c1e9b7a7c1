import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { isVoicebotError, messageOf } from '../../domain/errors.ts';
import { type ApiClient, ApiProblem } from '../api-client.ts';
import { type Health, healthText } from '../commands/health.ts';
import { runVoiceTest, type VoiceTest } from '../commands/voices.ts';
import { bold, dim, red } from '../terminal/colours.ts';
import { table } from '../terminal/table.ts';
import { working } from '../terminal/working.ts';
import { liveEngines, speak, speakAll, spokenTable } from '../voices/speak-and-check.ts';
import { comparisonTexts, demoTexts } from '../voices/texts.ts';
import { runCommand } from './actions.ts';
import { findPlayer, startPlayer } from './audio-devices.ts';

interface ShellCommand {
  readonly names: readonly string[];
  readonly takes?: string;
  readonly about: string;
  readonly run: (rest: string) => Promise<unknown>;
}

/** How an engine is called in the shell. */
const engineNames: Readonly<Record<string, string>> = {
  kokoro: 'kokoro',
  nari: 'nari_dia',
  zonos: 'zonos',
  tortoise: 'tortoise',
};
const wavHeaderBytes = 44;

const say = (text: string) => process.stdout.write(`${text}\n`);

/** A prompt that speaks what is typed. It goes on until "quit" or the end of its input. */
export async function shell(client: ApiClient, folder = 'voices'): Promise<void> {
  let engine = 'kokoro';
  let files = 0;
  const player = findPlayer();

  async function spoken(text: string, by: string): Promise<void> {
    if (text === '') return void say(red('Say what is to be spoken: speak TEXT'));
    const { wav, audioMs, tookMs } = await working('Speaking', () => speak(client, { text, engine: by }));
    await mkdir(folder, { recursive: true });
    const file = join(folder, `speech-${++files}.wav`);
    await writeFile(file, wav);
    say(`${file}: ${(audioMs / 1000).toFixed(1)} s of speech in ${Math.round(tookMs)} ms`);
    if (player) await played(player, wav);
  }

  const tested = async (test: VoiceTest) => say(spokenTable(await working('Speaking', () => runVoiceTest(client, test, folder))));

  async function status(): Promise<void> {
    const { machineState } = await import('../diagnosis/machine.ts');
    const { gpus } = await machineState('.');
    const shown = gpus.map(
      ({ model, usedMb, memoryMb }) => `${model}, ${usedMb ?? 'unknown'} of ${memoryMb ?? 'unknown'} MB used`,
    );
    say(`GPU: ${shown.join('; ') || 'none'}\n`);
    await runCommand(['engines', 'list', '--url', client.baseUrl]);
  }

  const commands: readonly ShellCommand[] = [
    { names: ['help'], about: 'these commands', run: async () => say(helpOf(commands)) },
    {
      names: ['status'],
      about: 'engines, and where they run',
      run: status,
    },
    { names: ['speak'], takes: '<text>', about: 'speak with the engine that is chosen', run: (text) => spoken(text, engine) },
    { names: ['auto'], takes: '<text>', about: 'speak with the engine that fits the text', run: (text) => spoken(text, 'auto') },
    ...Object.entries(engineNames).map(([name, id]) => ({
      names: [name],
      about: `choose ${id}`,
      run: async () => {
        engine = id;
        say(`Speaking with ${bold(id)}.`);
      },
    })),
    {
      names: ['switch'],
      about: 'choose an engine from a list',
      run: async () => {
        const { select } = await import('@inquirer/prompts');
        engine = await select({
          message: 'Engine',
          choices: liveEngines.map((id) => ({ name: id, value: id as string })),
          default: engine,
        });
        say(`Speaking with ${bold(engine)}.`);
      },
    },
    { names: ['test'], about: 'all engines by the same words', run: () => tested('tts-comparison') },
    {
      names: ['conversation'],
      about: 'talk to the bot',
      run: () => runCommand(['conversation', '--engine', engine, '--url', client.baseUrl]),
    },
    {
      names: ['demo'],
      about: 'a demonstration of the voices',
      run: async () => say(spokenTable(await working('Speaking', () => speakAll(client, liveEngines, demoTexts, folder)))),
    },
    {
      names: ['nari-test'],
      takes: '<quick|proper>',
      about: 'tests of Nari Dia',
      run: async (type) => {
        if (type !== 'quick' && type !== 'proper') return say(red('It is nari-test quick, or nari-test proper.'));
        return tested(`nari-${type}`);
      },
    },
    { names: ['health'], about: 'how the service is', run: async () => say(healthText(await client.json<Health>('/health'))) },
    {
      names: ['benchmark'],
      takes: '[engines]',
      about: 'how fast the engines speak',
      run: async (names) => {
        const engines = names === '' ? [engine] : names === 'all' ? liveEngines : names.split(/[ ,]+/);
        say(spokenTable(await working('Speaking', () => speakAll(client, engines, comparisonTexts, folder))));
      },
    },
    { names: ['quit', 'exit'], about: 'leave', run: async () => undefined },
  ];

  const names = commands.flatMap((one) => one.names);
  const terminal = process.stdin.isTTY === true;
  const open = () =>
    createInterface({
      input: process.stdin,
      output: terminal ? process.stdout : undefined,
      completer: (line: string) => [names.filter((name) => name.startsWith(line)), line],
      prompt: 'voicebot> ',
    } as never);
  say(`${bold('Voicebot shell')} ${dim('- help lists the commands, quit leaves')}`);
  let reader = open();
  if (terminal) reader.prompt();
  // A prompt of another kind needs the terminal for itself, and a new reader after it.
  for (let lines = reader[Symbol.asyncIterator](); ; ) {
    const { value: line, done } = await lines.next();
    if (done) break;
    const [, name = '', rest = ''] = /^\s*(\S*)\s*(.*?)\s*$/.exec(line) ?? [];
    if (name === 'quit' || name === 'exit') break;
    const command = commands.find((one) => one.names.includes(name.toLowerCase()));
    if (terminal && command) reader.close();
    if (command) await command.run(rest).catch((error: unknown) => say(red(problemText(error))));
    else if (name !== '') say(red(`There is no command '${name}'. help lists them.`));
    if (terminal && command) {
      reader = open();
      lines = reader[Symbol.asyncIterator]();
    }
    if (terminal) reader.prompt();
  }
  reader.close();
  say('Goodbye.');
}

function problemText(error: unknown): string {
  const hint = isVoicebotError(error) || error instanceof ApiProblem ? error.hint : undefined;
  return hint === undefined ? messageOf(error) : `${messageOf(error)}\n  ${hint}`;
}

const helpOf = (commands: readonly ShellCommand[]): string =>
  table(
    ['COMMAND', 'WHAT IT DOES'],
    commands.map(({ names, takes, about }) => [`${names.join(', ')}${takes ? ` ${takes}` : ''}`, about]),
  );

/** Plays to its end. */
async function played(player: readonly string[], wav: Uint8Array): Promise<void> {
  const { decodeWav } = await import('../../audio/wav.ts');
  const { resample } = await import('../../audio/resample.ts');
  const { toPcm16 } = await import('../../audio/pcm.ts');
  const { deviceRateHz } = await import('./audio-devices.ts');
  if (wav.length <= wavHeaderBytes) return;
  const child = startPlayer(player);
  const ended = new Promise<void>((done) => {
    child.once('close', () => done());
    child.once('error', () => done());
  });
  child.stdin.end(toPcm16(await resample(decodeWav(wav, 600), deviceRateHz)));
  await ended;
}
