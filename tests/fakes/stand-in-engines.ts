/**
 * Fake engines that take as long as real ones and need neither models nor cores: for showing what the orchestration does. What a
 * caller says is spelled in the sound (`spoken-text.ts`); the model answers with the caller's own words.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { cancelled } from '../../domain/errors.ts';
import type { ModelRole } from '../../domain/model-probe.ts';
import { ModelRoles } from '../../engines/probe/model-roles.ts';
import type { Engine, LanguageModel, RunOptions, Transcript } from '../../engines/types.ts';
import type { Engines } from '../../services/engines.ts';
import { routerTrainerInPlace } from '../support/router-trainer.ts';
import { spokenText, textsIn } from './spoken-text.ts';

/** Milliseconds, as measured of the real engines. */
export interface StandInDelays {
  readonly transcribeMs: number;
  readonly embedMs: number;
  readonly firstTokenMs: number;
  readonly tokenMs: number;
  readonly firstAudioMs: number;
  /** Time to speak a second of audio. */
  readonly realTimeFactor: number;
}

/** `npm run bench:engines` and `bench:live` on two cores without a GPU. */
export const measuredDelays: StandInDelays = {
  transcribeMs: 154,
  embedMs: 5,
  firstTokenMs: 200,
  tokenMs: 20,
  firstAudioMs: 400,
  realTimeFactor: 0.47,
};

/** The rate of caller and bot alike, so that nothing is resampled and the words stay readable. */
export const standInRateHz = 16_000;
/** A person speaks about 15 characters a second. */
const characterMs = 65;

/** How long a text is spoken. */
export const spokenSamples = (text: string): number => Math.round(((text.length * characterMs) / 1000) * standInRateHz);

/** A model that may do this, and is not probed. */
const allowed = (...fixed: readonly ModelRole[]): ModelRoles =>
  new ModelRoles({ model: {} as LanguageModel, identity: 'stand-in', bankName: '', folder: '/nowhere', fixed });

export function standInEngines(delays: StandInDelays = measuredDelays): Engines {
  const engine = (name: string): Engine => ({ name, loaded: true, load: async () => {}, unload: async () => {} });
  const take = (ms: number, options?: RunOptions) =>
    sleep(ms, undefined, options?.signal ? { signal: options.signal } : {}).catch(() => {
      throw cancelled(options?.signal as AbortSignal);
    });
  const vad = {
    ...engine('stand-in'),
    segments: async (samples: Float32Array) => (isLoud(samples) ? [{ startSample: 0, endSample: samples.length }] : []),
    follow: () => ({ push: async (frame: Float32Array) => (isLoud(frame) ? 1 : 0), close: () => {} }),
  };
  return {
    vad,
    ears: { vad, turns: { ...engine('stand-in'), finished: async () => 0.95 } },
    voiceKey: 'stand-in',
    llmRoles: allowed('talk'),
    stt: {
      ...engine('stand-in'),
      async transcribe(samples, options): Promise<Transcript> {
        await take(delays.transcribeMs, options);
        const text = textsIn(Int16Array.from(samples, (sample) => Math.round(sample * 32_768))).join(' ');
        const audioMs = (samples.length / standInRateHz) * 1000;
        const sure = { meanLogProbability: -0.1, lowConfidence: false };
        return { text, language: 'en', audioMs, processingMs: delays.transcribeMs, ...sure };
      },
    },
    embedder: {
      ...engine('stand-in'),
      dimensions: 384,
      async embed(texts, options) {
        await take(delays.embedMs, options);
        return texts.map(vectorOf);
      },
    },
    routerTrainer: routerTrainerInPlace,
    llm: {
      ...engine('stand-in'),
      async *reply(messages, options) {
        await take(delays.firstTokenMs, options);
        const asked = messages.at(-1)?.content.replace(/[.?!]+$/, '') ?? '';
        for (const word of `So: ${asked}. It is good that we talk. Please go on.`.split(/(?<= )/)) {
          await take(delays.tokenMs, options);
          yield word;
        }
      },
    },
    tts: {
      ...engine('stand-in'),
      sampleRateHz: standInRateHz,
      async *speak(text, options) {
        const length = spokenSamples(text);
        const workMs = Math.max(delays.firstAudioMs, (length / standInRateHz) * 1000 * delays.realTimeFactor);
        // Nobody waits for housekeeping but the test, whose start would take half a minute.
        if (options?.priority !== 'batch') await take(workMs, options);
        const samples = spokenText(text, length);
        yield { text, samples, sampleRateHz: standInRateHz, processingMs: delays.firstAudioMs };
      },
    },
    lineOpened: () => () => {},
    warm: (parts) => new Map(parts.map((part) => [part, Promise.resolve()])),
    mastering: {
      master: async ({ samples, sampleRateHz }) => ({
        samples: Int16Array.from(samples, (sample) => Math.round(sample * 32_767)),
        narrow: new Int16Array(samples.length >> 1),
        opus: new Uint8Array(0),
        gainDb: 0,
        measures: {
          durationMs: (samples.length / sampleRateHz) * 1000,
          loudnessLufs: -19,
          clippedStretches: 0,
          longestSilenceMs: 0,
        },
      }),
    },
    unloadAll: async () => {},
  };
}

function isLoud(samples: Float32Array): boolean {
  let loudest = 0;
  for (const sample of samples) loudest = Math.max(loudest, Math.abs(sample));
  return loudest > 0.02;
}

/** Texts with the same words have the same direction, and the more words two texts share the nearer they are. */
function vectorOf(text: string): Float32Array {
  const vector = new Float32Array(384);
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? []) {
    let state = [...word].reduce((sum, character) => (Math.imul(sum, 31) + character.charCodeAt(0)) >>> 0, 7);
    for (let i = 0; i < vector.length; i++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      vector[i] = (vector[i] as number) + state / 2 ** 32 - 0.5;
    }
  }
  const norm = Math.hypot(...vector) || 1;
  return vector.map((value) => value / norm);
}
