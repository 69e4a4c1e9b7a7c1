import { encodeFrame, FrameReader, frameKinds, uuidOf } from '../../api/telephony/audiosocket-frames.ts';
import { decodeWav, encodeWav } from '../../audio/wav.ts';
import { loadConfig } from '../../config/load.ts';
import { readAssistant } from '../../domain/assistant/read.ts';
import { isVoicebotError } from '../../domain/errors.ts';
import { parseArticle } from '../../domain/knowledge/article.ts';
import { readBatchFile } from '../../domain/messages/batch-file.ts';
import { keyRing } from '../../temporal/payloads/keys.ts';
import { mutateBytes, mutateText } from './mutate.ts';

/** What reads bytes or text from outside, with something that it can read. */
export interface Parser {
  readonly name: string;
  read(random: () => number): unknown;
}

const article =
  '---\nid: parking\ntitle: Parking\nlanguage: en\nquestions:\n  - "Where can I park?"\n---\n\nBehind the *branch*.\n\n- one\n- two\n';
const csv = 'key;text;speed;name\na;"Hello; ""you"",\r\n{{name}}";1,1;Ann\nb;Bye.;;\n';
const jsonl = '{"key":"a","text":"x","values":{"n":1}}\n{"key":"b","text":"{{n}}","speed":1.5}\n';
const assistant: Readonly<Record<string, string>> = {
  'assistant.yaml': 'name: Test\nlanguage: en\nintents: [greeting, goodbye]\n',
  'intents/card.yaml':
    'intent: block_card\nphrases:\n  - "block my card"\n  - "I have lost my card"\nslots:\n  card: { type: card }\n',
  'wording.yaml': 'greeting: "Hello, {bank}."\n',
};
const wav = encodeWav(
  new Uint8Array(2_000).map((_, i) => i % 256),
  16_000,
);
const frames = Buffer.concat([
  encodeFrame(frameKinds.id, new Uint8Array(16)),
  encodeFrame(frameKinds.audio, new Uint8Array(320)),
  encodeFrame(frameKinds.dtmf, Uint8Array.of(0x35)),
  encodeFrame(frameKinds.hangup),
]);

async function all(rows: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of rows);
}

export const parsers: readonly Parser[] = [
  { name: 'WAV', read: (random) => decodeWav(mutateBytes(wav, random), 60) },
  { name: 'CSV', read: (random) => all(readBatchFile(mutateBytes(Buffer.from(csv), random), 'csv')) },
  { name: 'JSON Lines', read: (random) => all(readBatchFile(mutateBytes(Buffer.from(jsonl), random), 'jsonl')) },
  { name: 'article', read: (random) => parseArticle(mutateText(article, random), 'parking.md') },
  {
    name: 'assistant',
    read: (random) => {
      const names = Object.keys(assistant);
      const changed = names[Math.floor(random() * names.length)] ?? '';
      return readAssistant({ ...assistant, [changed]: mutateText(assistant[changed] ?? '', random) }, 'v1');
    },
  },
  {
    name: 'AudioSocket',
    read: (random) => {
      const reader = new FrameReader();
      const bytes = mutateBytes(frames, random);
      // As a network has it: in pieces of any length.
      for (let at = 0; at < bytes.length; ) {
        const to = at + 1 + Math.floor(random() * 200);
        for (const { kind, payload } of reader.push(bytes.subarray(at, to))) if (kind === frameKinds.id) uuidOf(payload);
        at = to;
      }
    },
  },
  {
    name: 'configuration',
    read: (random) =>
      loadConfig({
        PORT: mutateText('8000', random),
        DATABASE_URL: mutateText('postgres://me@db:5432/bank', random),
        BANK_TIME_ZONE: mutateText('Europe/Zurich', random),
        AUTH_ISSUER: mutateText('https://id.example', random),
        AUTH_AUDIENCE: 'x',
      }),
  },
  { name: 'keys', read: (random) => keyRing(mutateText(`a:${Buffer.alloc(32).toString('base64')}`, random), 'test') },
];

/** Reads so many mutations. @returns what was thrown that is no error of this product, by the seed that gives it. */
export async function fuzzParsers(messages: number, randomOf: (seed: number) => () => number, seed: number): Promise<string[]> {
  const failures: string[] = [];
  for (let i = 0; i < messages; i++) {
    const parser = parsers[i % parsers.length] as Parser;
    try {
      await parser.read(randomOf(seed + i));
    } catch (error) {
      if (!isVoicebotError(error))
        failures.push(`${parser.name}, seed ${seed + i}: ${String((error as Error)?.stack ?? error).slice(0, 600)}`);
    }
  }
  return failures;
}
