import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { decodeWav } from '../../audio/wav.ts';

const folder = fileURLToPath(new URL('../../../shared/data/speech/', import.meta.url));

/** Recorded sentences for evaluation; not part of the product, so tests that need them are skipped where they are missing. */
export const hasSpeechData = existsSync(`${folder}sentences.csv`);

if (!hasSpeechData) process.stderr.write(`SKIPPED: tests on recorded speech, because ${folder} is missing.\n`);

/** The last recording says another sentence than its row in the table does. */
const corrections: Readonly<Record<string, string>> = { 'spk1_snt6.wav': 'The pencils have all been used' };

export function recordedSentences(): { file: string; text: string; samples: Float32Array }[] {
  const rows = readFileSync(`${folder}sentences.csv`, 'utf8').trim().split('\n').slice(1);
  return rows.map((row) => {
    const [file = '', ...text] = row.split(',');
    const { samples } = decodeWav(readFileSync(folder + file), 60);
    return { file, text: corrections[file] ?? text.join(','), samples };
  });
}

/** A recording of noise, 16 kHz; undefined where the data is missing. */
export function recordedNoise(): Float32Array | undefined {
  return hasSpeechData ? decodeWav(readFileSync(`${folder}noise1.wav`), 60).samples : undefined;
}
