import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { resample } from '../../audio/resample.ts';
import { decodeWav } from '../../audio/wav.ts';
import { sampleRateHz, type TurnAudio } from './audio.ts';

/** A row of `livekit/eot-bench-data`, as far as it is used: silences in seconds, the last of which ends the turn. */
interface Row {
  readonly id: string;
  readonly language: string;
  readonly audio: { readonly bytes?: Uint8Array };
  readonly silence_spans: readonly { readonly start: number; readonly end: number }[];
}

const maxSeconds = 120;

/** English turns of a folder with that dataset's Parquet files. @throws Error that names a row that cannot be read. */
export async function* datasetTurns(folder: string): AsyncGenerator<TurnAudio> {
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.parquet')).sort();
  if (files.length === 0) throw new Error(`There is no Parquet file in ${folder}.`);
  for (const name of files) {
    const file = await asyncBufferFromFile(join(folder, name));
    const columns = ['id', 'language', 'audio', 'silence_spans'];
    // Bytes stay bytes: the audio is a column of them.
    const rows = (await parquetReadObjects({ file, compressors, columns, utf8: false })) as unknown as Row[];
    for (const { id, language, audio, silence_spans } of rows) {
      if (!/^en\b/i.test(textOf(language))) continue;
      try {
        const samples = await resample(decodeWav(audio.bytes ?? new Uint8Array(), maxSeconds), sampleRateHz);
        yield { samples, pauses: silence_spans };
      } catch (error) {
        throw new Error(`Row ${textOf(id)} of ${name} holds no WAV audio that can be read: ${(error as Error).message}`);
      }
    }
  }
}

const textOf = (value: string | Uint8Array): string => (typeof value === 'string' ? value : new TextDecoder().decode(value));
