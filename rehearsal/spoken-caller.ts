import { WebSocket } from 'ws';
import { fromPcm16, toPcm16 } from '../audio/pcm.ts';
import { resample } from '../audio/resample.ts';
import { encodeWav } from '../audio/wav.ts';
import { VoicebotError } from '../domain/errors.ts';
import { lcg } from '../domain/random.ts';
import type { TextToSpeech } from '../engines/types.ts';
import { inRoom, overTelephone, withNoise } from '../media/conditions.ts';
import type { Answer, Caller } from './rehearse.ts';

const sampleRateHz = 16_000;
const answerTimeoutMs = 60_000;
/** Voices that no call of the product's own speaks with by default. */
const voices = ['am_michael', 'af_sarah', 'bm_george', 'bf_emma', 'am_adam', 'af_nicole'] as const;

interface Condition {
  readonly name: string;
  readonly change: (samples: Float32Array, random: () => number) => Float32Array | Promise<Float32Array>;
  /** Looks for words. */
  readonly hesitates?: true;
}

/** What a call sounds like, one after the other. */
const conditions: readonly Condition[] = [
  { name: 'clean', change: (samples) => samples },
  { name: 'room', change: (samples, random) => inRoom(samples, sampleRateHz, 0.3, random) },
  { name: 'noise', change: (samples, random) => withNoise(samples, 15, random) },
  { name: 'hesitating', change: (samples) => samples, hesitates: true },
  { name: 'telephone', change: (samples) => overTelephone(samples, sampleRateHz) },
  {
    name: 'telephone and noise',
    change: async (samples, random) => withNoise(await overTelephone(samples, sampleRateHz), 15, random),
  },
];

export interface SpokenCallOptions {
  readonly apiUrl: string;
  readonly sessionId: string;
  readonly tts: TextToSpeech;
  /** Chooses voice and condition. */
  readonly seed: number;
}

/** A caller who speaks: whole messages on the socket, in a voice and a condition of the call's own. */
export async function spokenCaller({ apiUrl, sessionId, tts, seed }: SpokenCallOptions): Promise<Caller> {
  const socket = new WebSocket(`${apiUrl.replace(/^http/, 'ws')}/ws/${sessionId}?events=1`);
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const random = lcg(seed + 1);
  const voice = voices[seed % voices.length] as string;
  const condition = conditions[seed % conditions.length] as Condition;
  return {
    say: async (text) => {
      const chunks: Uint8Array[] = [];
      for await (const { samples } of tts.speak(condition.hesitates ? hesitating(text, random) : spokenText(text), { voice })) {
        chunks.push(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));
      }
      const spoken = await resample({ samples: fromPcm16(Buffer.concat(chunks)), sampleRateHz: tts.sampleRateHz }, sampleRateHz);
      return ask(socket, encodeWav(toPcm16(await condition.change(spoken, random)), sampleRateHz));
    },
    leave: async () => {
      socket.close();
      await fetch(`${apiUrl}/sessions/${sessionId}`, { method: 'DELETE' }).catch(() => undefined);
    },
  };
}

const leastHesitating = 5;
const fillers = ['um', 'uh', 'let me see', 'well'];

/** With a filler before it and one in it; digits are told as they are. */
function hesitating(text: string, random: () => number): string {
  // "Yes" and digits come without a thought.
  if (/^[\d ]+$/.test(text) || text.split(' ').length < leastHesitating) return spokenText(text);
  const filler = () => fillers[Math.floor(random() * fillers.length)];
  const words = text.split(' ');
  const at = 1 + Math.floor(random() * Math.max(1, words.length - 1));
  return `${filler()}, ${[...words.slice(0, at), `${filler()},`, ...words.slice(at)].join(' ')}`;
}

/** Digits are said one by one, as people do. */
const spokenText = (text: string) => (/^[\d ]+$/.test(text) ? `${[...text.replaceAll(' ', '')].join(', ')}.` : text);

function ask(socket: WebSocket, wav: Uint8Array): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let answer: Answer = { reply: '', source: '', citations: [] };
    let heard = '';
    const timer = setTimeout(() => finish(new VoicebotError('timeout', 'The bot did not answer.')), answerTimeoutMs);
    const finish = (error?: Error) => {
      clearTimeout(timer);
      socket.off('message', onMessage);
      if (error) reject(error);
      else resolve({ ...answer, heard });
    };
    const onMessage = (data: Buffer, binary: boolean) => {
      if (binary) return finish();
      const message = JSON.parse(data.toString());
      if (message.type === 'transcript') heard = message.text;
      if (message.type === 'reply') {
        const { text, source, citations = [], expectedDigits } = message;
        answer = { reply: text, source, citations, expectedDigits };
      }
      if (message.type === 'error') finish(new VoicebotError('dependency-unavailable', JSON.stringify(message.problem)));
    };
    socket.on('message', onMessage);
    socket.send(wav);
  });
}
