import { readFile, writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { messageOf, VoicebotError } from '../../domain/errors.ts';
import { ApiClient, apiUrl } from '../api-client.ts';
import { print } from '../output.ts';

/** Reads a file that the user named. */
export async function readInput(file: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await readFile(file));
  } catch (error) {
    throw new VoicebotError('invalid-request', `The file ${file} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

interface Transcript {
  readonly text: string;
  readonly language: string;
  readonly audioMs: number;
  readonly processingMs: number;
}

export function addSpeechCommands(program: Command): void {
  program
    .command('stt-test')
    .requiredOption('--input <file>', 'WAV file')
    .option('--language <code>', 'ISO 639-1 code, or auto')
    .option('--url <url>', 'address of the API')
    .option('--json', 'print JSON')
    .action(async (options: { input: string; language?: string; url?: string; json?: boolean }) => {
      const body = await readInput(options.input);
      const query = options.language ? `?language=${encodeURIComponent(options.language)}` : '';
      const headers = { 'content-type': 'audio/wav' };
      const result = await new ApiClient(apiUrl(options.url)).json<Transcript>(`/stt/test${query}`, {
        method: 'POST',
        body,
        headers,
      });
      print(
        result,
        options.json,
        () =>
          `${result.text || '(nothing was said)'}\n${(result.audioMs / 1000).toFixed(1)} s of audio in ${Math.round(result.processingMs)} ms, language ${result.language}`,
      );
    });

  program
    .command('tts-test')
    .requiredOption('--text <text>', 'what to say')
    .requiredOption('--output <file>', 'WAV file to write')
    .option('--voice <name>', 'voice, e.g. af_bella')
    .option('--speed <factor>', '0.5 to 2', Number)
    .option('--engine <name>', 'auto, kokoro, nari_dia, zonos or tortoise', 'auto')
    .option('--url <url>', 'address of the API')
    .option('--json', 'print JSON')
    .action(
      async (options: {
        text: string;
        output: string;
        voice?: string;
        speed?: number;
        engine: string;
        url?: string;
        json?: boolean;
      }) => {
        const { text, voice, speed, engine } = options;
        const started = performance.now();
        const wav = await new ApiClient(apiUrl(options.url)).bytes('/tts/test', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ text, voice, speed, engine }),
        });
        await writeFile(options.output, wav);
        const processingMs = performance.now() - started;
        const rate = new DataView(wav.buffer, wav.byteOffset).getUint32(24, true);
        const audioMs = ((wav.length - 44) / 2 / rate) * 1000;
        print(
          { output: options.output, audioMs, processingMs, sampleRateHz: rate },
          options.json,
          () => `${options.output}: ${(audioMs / 1000).toFixed(1)} s of speech in ${Math.round(processingMs)} ms`,
        );
      },
    );
}
