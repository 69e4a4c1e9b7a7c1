import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { toPcm16 } from '../../audio/pcm.ts';
import { resample } from '../../audio/resample.ts';
import { decodeWav, encodeWav } from '../../audio/wav.ts';
import { ConnectionClosed, LiveClient, type LiveEvent } from '../../client/live-client.ts';
import { VoicebotError } from '../../domain/errors.ts';
import type { VoiceEngineId } from '../../domain/voices/engine.ts';
import { apiKey, apiUrl } from '../api-client.ts';
import { readInput } from './speech.ts';

const sampleRateHz = 16_000;
const frameMs = 20;
const frameBytes = (sampleRateHz * 2 * frameMs) / 1000;
const maxInputSeconds = 600;

interface LiveOptions {
  readonly sessionId: string;
  readonly input: string;
  readonly output?: string;
  readonly voice?: string;
  readonly engine?: VoiceEngineId;
  readonly timeout: string;
  readonly url?: string;
  readonly json?: boolean;
}

export function addLiveCommand(program: Command): void {
  program
    .command('live-call')
    .requiredOption('--session-id <id>', 'id of the session')
    .requiredOption('--input <file>', 'WAV file with what the caller says')
    .option('--output <file>', 'WAV file for the replies')
    .option('--voice <name>', 'voice of the bot')
    .option('--engine <engine>', 'nari_dia, zonos or tortoise: better, and slow')
    .option('--timeout <seconds>', 'give up after so many seconds without a reply', '60')
    .option('--url <url>', 'address of the API')
    .option('--json', 'print events as JSON lines')
    .action(talk);
}

/** Close code of a socket whose caller is not known. */
const unauthenticated = 4401;

async function talk(options: LiveOptions): Promise<void> {
  const pcm = toPcm16(await resample(decodeWav(await readInput(options.input), maxInputSeconds), sampleRateHz));
  const heard: Uint8Array[] = [];
  const startedAt = performance.now();
  const client = await LiveClient.connect({
    baseUrl: apiUrl(options.url),
    sessionId: options.sessionId,
    token: apiKey(),
    format: { encoding: 'pcm16', sampleRateHz },
    voice: options.voice,
    engine: options.engine,
    onAudio: (bytes) => heard.push(bytes),
    onEvent: (event) => {
      const text = options.json ? JSON.stringify(event) : line(event, performance.now() - startedAt);
      process.stdout.write(`${text}\n`);
    },
  }).catch((error) => {
    throw new VoicebotError('dependency-unavailable', `The call cannot begin: ${error.message}`, {
      hint:
        error instanceof ConnectionClosed
          ? error.code === unauthenticated
            ? 'Set VOICEBOT_API_KEY to a key, or to a token that has opened no connection yet (voicebot token).'
            : 'Choose another session id.'
          : 'Start the API with npm start, or give its address by --url.',
    });
  });
  const done = client.next('reply.done', { timeoutMs: Number(options.timeout) * 1000 + (pcm.length / 32_000) * 1000 });
  let over = false;
  const finished = done.finally(() => {
    over = true;
  });
  finished.catch(() => undefined);
  const begun = performance.now();
  const silence = new Uint8Array(frameBytes);
  for (let frame = 0; !over && client.isOpen; frame++) {
    const piece = pcm.subarray(frame * frameBytes, (frame + 1) * frameBytes);
    client.sendAudio(piece.length === frameBytes ? piece : Buffer.concat([piece, silence.subarray(piece.length)]));
    await sleep(Math.max(0, begun + (frame + 1) * frameMs - performance.now()));
  }
  await finished;
  await client.close();
  if (options.output) await writeFile(options.output, encodeWav(Buffer.concat(heard), sampleRateHz));
}

/** An event as a person reads it. */
function line(event: LiveEvent, atMs: number): string {
  const at = `${(atMs / 1000).toFixed(2).padStart(7)} s`;
  switch (event.type) {
    case 'transcript.partial':
      return `${at}  caller … ${event.text}`;
    case 'transcript.final':
      return `${at}  caller: ${event.text}`;
    case 'reply.text':
      return `${at}  bot:    ${event.text}`;
    case 'interrupted':
      return `${at}  interrupted after: ${event.heardText || '(nothing)'}`;
    case 'turn.metrics':
      return `${at}  ${event.source}, ${Math.round(event.voiceToVoiceMs)} ms from the last word to the first`;
    case 'error':
      return `${at}  error: ${event.problem.detail}`;
    default:
      return `${at}  ${event.type}`;
  }
}
