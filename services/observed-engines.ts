import type { Engine, LanguageModel, TextToSpeech } from '../engines/types.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { failed, traced, tracer } from '../telemetry/tracing.ts';
import type { Engines, ServicePart } from './engines.ts';

type Observing = Pick<Metrics, 'engineLoaded' | 'engineMemory' | 'engineWork'>;

/** The same engines, whose work shows in traces and metrics, and whose models in metrics. Engines themselves know of neither. */
export function observedEngines(engines: Engines, metrics: Observing): Engines {
  const { stt, embedder, llm, tts } = engines;
  const tell = ({ name, loaded }: Engine) => metrics.engineLoaded.set({ engine: name }, loaded ? 1 : 0);
  for (const engine of [stt, embedder, llm, tts]) tell(engine);
  /** Engines load one after the other: what the process grows by is the model. */
  const load = async (engine: Engine) => {
    const wasLoaded = engine.loaded;
    const before = process.memoryUsage.rss();
    await engine.load();
    if (!wasLoaded) metrics.engineMemory.set({ engine: engine.name }, Math.max(0, process.memoryUsage.rss() - before));
    tell(engine);
  };
  const unload = async (engine: Engine) => {
    await engine.unload();
    metrics.engineMemory.set({ engine: engine.name }, 0);
    tell(engine);
  };
  /** Counts what an engine works, from when it is called. */
  const worked = (engine: Engine) => {
    const startedAt = performance.now();
    return () => {
      const labels = { engine: engine.name, device: engine.device ?? 'cpu' };
      metrics.engineWork.inc(labels, (performance.now() - startedAt) / 1000);
      // The first use loads the model by itself.
      tell(engine);
    };
  };
  const kept = <E extends Engine>(engine: E, methods: Partial<E>): E =>
    withMethods(engine, { load: () => load(engine), unload: () => unload(engine), ...methods } as Partial<E>);
  const once = <T>(engine: Engine, attributes: Readonly<Record<string, number>>, work: () => Promise<T>): Promise<T> => {
    const done = worked(engine);
    return traced(`engine ${engine.name}`, attributes, work).finally(done);
  };
  /** Parts load one after the other, in this order: what the process grows by meanwhile is a part's models. */
  const warm: Engines['warm'] = (parts) => {
    const engineOf: Partial<Record<ServicePart, Engine>> = { stt, cache: embedder, llm, tts };
    let before = process.memoryUsage.rss();
    const loading = engines.warm(parts);
    for (const [part, loaded] of loading) {
      const measure = () => {
        const now = process.memoryUsage.rss();
        const engine = engineOf[part];
        if (engine) {
          metrics.engineMemory.set({ engine: engine.name }, Math.max(0, now - before));
          tell(engine);
        }
        before = now;
      };
      loaded.then(measure, () => undefined);
    }
    return loading;
  };
  return withMethods(engines, {
    warm,
    stt: kept(stt, {
      transcribe: (samples, options) =>
        once(stt, { 'voicebot.audio_ms': samples.length / 16 }, () => stt.transcribe(samples, options)),
    }),
    embedder: kept(embedder, {
      embed: (texts, options) => once(embedder, { 'voicebot.texts': texts.length }, () => embedder.embed(texts, options)),
    }),
    llm: kept<LanguageModel>(llm, {
      reply: (messages, options) =>
        streamed(`engine ${llm.name}`, llm.reply(messages, options), worked(llm), (piece) => ({
          'voicebot.characters': piece.length,
        })),
    }),
    tts: kept<TextToSpeech>(tts, {
      speak: (text, options) =>
        streamed(`engine ${tts.name}`, tts.speak(text, options), worked(tts), ({ samples, sampleRateHz }) => ({
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

/** Work that gives its result piece by piece, in a span with the time of the first one. @param done is called at the end. @param measured adds up over the pieces. */
async function* streamed<T>(
  name: string,
  pieces: AsyncIterable<T>,
  done: () => void,
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
    done();
  }
}
