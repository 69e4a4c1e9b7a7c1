/** Small fakes of the engine interfaces: they do at once what the test tells them. */
import type {
  Embedder,
  Engine,
  LanguageModel,
  SpeechSegment,
  SpeechToText,
  TextToSpeech,
  VoiceActivityDetector,
} from '../../engines/types.ts';

const engine = (name: string): Engine => ({ name, loaded: true, load: async () => {}, unload: async () => {} });

/** Says the pieces, and counts how often it was asked. */
export function fakeModel(pieces: readonly string[]): LanguageModel & { runs: number } {
  const model = {
    ...engine('fake'),
    runs: 0,
    async *reply() {
      model.runs++;
      yield* pieces;
    },
  };
  return model;
}

export function fakeEars(
  text: string,
  segments: SpeechSegment[],
): { stt: SpeechToText & { heard: number[] }; vad: VoiceActivityDetector } {
  const heard: number[] = [];
  return {
    stt: {
      ...engine('fake'),
      heard,
      transcribe: async (samples) => {
        heard.push(samples.length);
        return { text, language: 'en', audioMs: 0, processingMs: 1, meanLogProbability: -0.1, lowConfidence: false };
      },
    },
    vad: { ...engine('fake'), segments: async () => segments, follow: () => ({ push: async () => 0, close: () => {} }) },
  };
}

/** 10 ms of sound for each letter. */
export function fakeVoice(): TextToSpeech & { said: string[] } {
  const said: string[] = [];
  return {
    ...engine('fake'),
    said,
    sampleRateHz: 24_000,
    async *speak(text) {
      said.push(text);
      yield { text, samples: new Int16Array(text.length * 240).fill(1000), sampleRateHz: 24_000, processingMs: 1 };
    },
  };
}

/** The direction that the test gives each text. */
export function fakeEmbedder(vectors: Readonly<Record<string, readonly number[]>>): Embedder {
  return {
    ...engine('fake'),
    dimensions: 384,
    embed: async (texts) =>
      texts.map((text) => {
        const [x = 0, y = 0] = vectors[text] ?? [0, 1];
        const vector = new Float32Array(384);
        vector.set([x, y]);
        return vector;
      }),
  };
}
