import type { Engine, LanguageModel, TextToSpeech } from '../engines/types.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { failed, traced, tracer } from '../telemetry/tracing.ts';
import type { Engines } from './engines.ts';

/** The same engines, whose work shows in traces, and whose models in metrics. Engines themselves know of neither. */
export function observedEngines(engines: Engines, metrics: Pick<Metrics, 'engineLoaded'>): Engines {
  const { stt, embedder, llm, tts } = engines;
  const tell = ({ name, loaded }: Engine) => metrics.engineLoaded.set({ engine: name }, loaded ? 1 : 0);
  for (const engine of [stt, embedder, llm, tts]) tell(engine);
  const kept = <E extends Engine>(engine: E, methods: Partial<E>): E =>
    withMethods(engine, {
      load: () => engine.load().then(() => tell(engine)),
      unload: () => engine.unload().then(() => tell(engine)),
      ...methods,
    } as Partial<E>);
  return withMethods(engines, {
    stt: kept(stt, {
      transcribe: (samples, options) =>
        traced(`engine ${stt.name}`, { 'voicebot.audio_ms': samples.length / 16 }, () => stt.transcribe(samples, options)),
    }),
    embedder: kept(embedder, {
      embed: (texts, options) =>
        traced(`engine ${embedder.name}`, { 'voicebot.texts': texts.length }, () => embedder.embed(texts, options)),
    }),
    llm: kept<LanguageModel>(llm, {
      reply: (messages, options) =>
        streamed(`engine ${llm.name}`, llm.reply(messages, options), (piece) => ({ 'voicebot.characters': piece.length })),
    }),
    tts: kept<TextToSpeech>(tts, {
      speak: (text, options) =>
        streamed(`engine ${tts.name}`, tts.speak(text, options), ({ samples, sampleRateHz }) => ({
          'voicebot.audio_ms': (samples.length / sampleRateHz) * 1000,
        })),
    }),
  });
}

/** An object that is the other one but for these methods. */
const withMethods = <T extends object>(of: T, methods: Partial<T>): T =>
  new Proxy(of, {
    get: (target, name) => {
      const value = Reflect.get(name in methods ? methods : target, name);
      // Private fields are the target's own.
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });

/** Work that gives its result piece by piece, in a span with the time of the first one. @param measured adds up over the pieces. */
async function* streamed<T>(
  name: string,
  pieces: AsyncIterable<T>,
  measured: (piece: T) => Readonly<Record<string, number>>,
): AsyncGenerator<T> {
  const span = tracer().startSpan(name);
  const sums: Record<string, number> = {};
  try {
    for await (const piece of pieces) {
      if (Object.keys(sums).length === 0) span.addEvent('first piece');
      for (const [key, value] of Object.entries(measured(piece))) sums[key] = (sums[key] ?? 0) + value;
      yield piece;
    }
  } catch (error) {
    failed(span, error);
    throw error;
  } finally {
    span.setAttributes(sums);
    span.end();
  }
}
