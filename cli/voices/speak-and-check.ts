import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../domain/errors.ts';
import { wordErrors } from '../../domain/language/word-errors.ts';
import { type ApiClient, ApiProblem, jsonRequest } from '../api-client.ts';
import { table } from '../terminal/table.ts';

/** What became of a text that an engine was asked to speak. */
export interface Spoken {
  readonly engine: string;
  readonly text: string;
  readonly state: 'spoken' | 'unavailable' | 'failed';
  readonly why: string | null;
  readonly file: string | null;
  readonly audioMs: number | null;
  readonly tookMs: number | null;
  /** Seconds that one of speech took. */
  readonly pace: number | null;
  /** What Whisper heard in it, and how many words of it are wrong. */
  readonly heard: string | null;
  readonly wordErrors: number | null;
}

export const liveEngines = ['kokoro', 'nari_dia', 'zonos', 'tortoise'] as const;

const wavHeaderBytes = 44;

export interface SpeechFile {
  readonly wav: Uint8Array;
  readonly audioMs: number;
  readonly tookMs: number;
}

/** A text as a WAV file, by an engine or the one that fits (`auto`). */
export async function speak(
  client: ApiClient,
  asked: { readonly text: string; readonly engine: string; readonly voice?: string | undefined },
): Promise<SpeechFile> {
  const began = performance.now();
  const wav = await client.bytes('/tts/test', jsonRequest('POST', asked));
  const rateHz = new DataView(wav.buffer, wav.byteOffset).getUint32(24, true);
  return { wav, audioMs: ((wav.length - wavHeaderBytes) / 2 / rateHz) * 1000, tookMs: performance.now() - began };
}

/** Has a text spoken, keeps it as a file, and has it understood again. Never rejects where an engine is not there. */
export async function speakAndCheck(client: ApiClient, engine: string, text: string, folder: string): Promise<Spoken> {
  const nothing = { engine, text, file: null, audioMs: null, tookMs: null, pace: null, heard: null, wordErrors: null };
  try {
    const { wav, audioMs, tookMs } = await speak(client, { text, engine });
    await mkdir(folder, { recursive: true });
    const file = join(
      folder,
      `${engine}-${text
        .toLowerCase()
        .replace(/[^a-z]+/g, '-')
        .slice(0, 24)}.wav`,
    );
    await writeFile(file, wav);
    const heard = await client.json<{ text: string }>('/stt/test', {
      method: 'POST',
      headers: { 'Content-Type': 'audio/wav' },
      body: wav,
    });
    return {
      ...{ engine, text, state: 'spoken', why: null, file, audioMs, tookMs, pace: tookMs / audioMs },
      ...{ heard: heard.text, wordErrors: wordErrors(text, heard.text) },
    };
  } catch (error) {
    const missing =
      error instanceof ApiProblem &&
      ['engine-unavailable', 'worker-unavailable', 'unsupported', 'invalid-request'].includes(error.code);
    return { ...nothing, state: missing ? 'unavailable' : 'failed', why: messageOf(error) };
  }
}

/** One after the other: engines share cores and GPU. */
export async function speakAll(
  client: ApiClient,
  engines: readonly string[],
  texts: readonly string[],
  folder: string,
): Promise<Spoken[]> {
  const results: Spoken[] = [];
  for (const engine of engines) {
    for (const text of texts) {
      const result = await speakAndCheck(client, engine, text, folder);
      results.push(result);
      if (result.state === 'unavailable') break;
    }
  }
  return results;
}

export function spokenTable(results: readonly Spoken[]): string {
  const seconds = (ms: number | null) => (ms === null ? '-' : `${(ms / 1000).toFixed(2)} s`);
  return table(
    ['ENGINE', 'STATE', 'SPEECH', 'TOOK', 'FOR ONE SECOND', 'WORDS WRONG', 'FILE OR REASON'],
    results.map((one) => [
      ...[one.engine, one.state, seconds(one.audioMs), seconds(one.tookMs)],
      ...[one.pace === null ? '-' : `${one.pace.toFixed(2)} s`, one.wordErrors === null ? '-' : String(one.wordErrors)],
      one.file ?? one.why ?? '',
    ]),
  );
}
