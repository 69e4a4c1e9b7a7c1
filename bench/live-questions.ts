import { setTimeout as sleep } from 'node:timers/promises';
import type { LiveEvents } from '../client/live-client.ts';
import type { VoiceActivityDetector } from '../engines/types.ts';
import type { LiveCaller } from '../tests/support/live-caller.ts';

/** Samples at 16 kHz, ending with the last sound. */
export interface Question {
  readonly name: string;
  readonly samples: Float32Array;
}

/** Of the samples. */
export const questionRateHz = 16_000;

/** Cuts what is before the first sound and after the last, so that the speech begins and ends with what is sent. */
export async function soundOnly(silero: VoiceActivityDetector, name: string, samples: Float32Array): Promise<Question> {
  const last = (await silero.segments(samples)).at(-1);
  if (!last) throw new Error(`${name} holds no speech.`);
  const until = Math.min(samples.length, last.endSample);
  let loudest = 0;
  for (let i = 0; i < until; i++) loudest = Math.max(loudest, Math.abs(samples[i] as number));
  let end = until;
  while (end > 0 && Math.abs(samples[end - 1] as number) < loudest * 0.02) end--;
  let begin = 0;
  while (begin < end && Math.abs(samples[begin] as number) < loudest * 0.02) begin++;
  return { name, samples: samples.slice(begin, end) };
}

export interface Turn {
  /** From the last speech sample sent to the first byte of the reply. */
  readonly voiceToVoiceMs: number;
  readonly metrics: LiveEvents['turn.metrics'];
}

/** Says a question and waits for the end of the reply. */
export async function ask(caller: LiveCaller, question: Question): Promise<Turn> {
  const metrics = caller.client.next('turn.metrics', { timeoutMs: 60_000 });
  const done = caller.client.next('reply.done', { timeoutMs: 60_000 });
  metrics.catch(() => undefined);
  done.catch(() => undefined);
  const before = caller.heard.length;
  const endedAt = await caller.saySamples(question.samples);
  const measured = await metrics;
  await done;
  await sleep(300);
  const first = caller.heard[before];
  return { voiceToVoiceMs: (first?.at ?? Number.NaN) - endedAt, metrics: measured };
}
