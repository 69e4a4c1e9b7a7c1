import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';

/** Raw signed 16-bit samples of one channel, at this rate, both ways. */
export const deviceRateHz = 16_000;

const raw = ['-t', 'raw', '-r', String(deviceRateHz), '-e', 'signed-integer', '-b', '16', '-c', '1'];
const alsa = ['-q', '-t', 'raw', '-f', 'S16_LE', '-r', String(deviceRateHz), '-c', '1'];

/** Known tools, in the order in which they are looked for. */
const recorders: readonly (readonly string[])[] = [
  ['sox', '-q', '-d', ...raw, '-'],
  ['arecord', ...alsa],
  ['parecord', '--raw', `--rate=${deviceRateHz}`, '--format=s16le', '--channels=1'],
];
const players: readonly (readonly string[])[] = [
  ['sox', '-q', ...raw, '-', '-d'],
  ['aplay', ...alsa],
  ['paplay', '--raw', `--rate=${deviceRateHz}`, '--format=s16le', '--channels=1'],
];

export interface AudioDevices {
  readonly recorder: readonly string[];
  readonly player: readonly string[];
}

/**
 * What the machine records and plays with: VOICEBOT_RECORD and VOICEBOT_PLAY (commands that write and read raw samples), or a known tool where there is a
 * sound card. Undefined where one of both is missing.
 */
export function findAudioDevices(env: Readonly<Record<string, string | undefined>> = process.env): AudioDevices | undefined {
  const given = (text: string | undefined) => text?.split(' ').filter(Boolean);
  const recorder = given(env.VOICEBOT_RECORD) ?? known(recorders);
  const player = given(env.VOICEBOT_PLAY) ?? known(players);
  return recorder && player ? { recorder, player } : undefined;
}

/** What plays, where only that is needed. */
export const findPlayer = (env: Readonly<Record<string, string | undefined>> = process.env): readonly string[] | undefined =>
  env.VOICEBOT_PLAY?.split(' ').filter(Boolean) ?? known(players);

function known(tools: readonly (readonly string[])[]): readonly string[] | undefined {
  if (!hasSoundCard()) return undefined;
  return tools.find(([command = '']) => !spawnSync(command, ['--version'], { stdio: 'ignore' }).error);
}

function hasSoundCard(): boolean {
  if (process.platform !== 'linux') return true;
  if (process.env.PULSE_SERVER) return true;
  try {
    return !/no soundcards/.test(readFileSync('/proc/asound/cards', 'utf8'));
  } catch {
    return false;
  }
}

export function startRecorder([command = '', ...args]: readonly string[]): ChildProcessByStdio<null, Readable, null> {
  return spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'] });
}

export function startPlayer([command = '', ...args]: readonly string[]): ChildProcessByStdio<Writable, null, null> {
  const child = spawn(command, args, { stdio: ['pipe', 'ignore', 'ignore'] });
  // A player that ends early is no reason to end the call.
  child.stdin.on('error', () => undefined);
  child.on('error', () => undefined);
  return child;
}
