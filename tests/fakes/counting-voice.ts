import { VoicebotError } from '../../domain/errors.ts';
import type { Engines } from '../../services/engines.ts';
import { measuredDelays, standInEngines } from './stand-in-engines.ts';

/** What was spoken, and what keeps the voice from speaking. */
export const voice = { said: [] as string[], held: undefined as Promise<void> | undefined, refused: new Set<string>() };

/** As tests name their messages: articles are spoken in the background too. */
const isMessage = /^This is .*\bmessage\b/;

/** Stand-ins (fakes) at once, with a voice that can be held and that counts. */
export function countingEngines(): Engines {
  const engines = standInEngines({ ...measuredDelays, firstAudioMs: 5, realTimeFactor: 0, transcribeMs: 5 });
  return {
    ...engines,
    stt: {
      ...engines.stt,
      async transcribe(samples, options) {
        const heard = await engines.stt.transcribe(samples, options);
        return heard.text.includes('mumbled') ? { ...heard, text: 'Something else.' } : heard;
      },
    },
    tts: {
      ...engines.tts,
      async *speak(text, options) {
        const message = options?.priority === 'background' && isMessage.test(text);
        if (message) await Promise.race([voice.held, aborted(options.signal)]);
        if (voice.refused.has(text)) throw new VoicebotError('invalid-text', 'The voice does not like it.');
        yield* engines.tts.speak(text, options);
        if (message) voice.said.push(text);
      },
    },
  };
}

const aborted = (signal: AbortSignal | undefined) =>
  new Promise<never>((_, reject) =>
    signal?.addEventListener('abort', () => reject(new VoicebotError('cancelled', 'stopped')), { once: true }),
  );

/** Holds the voice until the returned function is called. */
export function hold(): () => void {
  let release = () => {};
  voice.held = new Promise((resolve) => {
    release = resolve;
  });
  return () => {
    voice.held = undefined;
    release();
  };
}
