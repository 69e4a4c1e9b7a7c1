import type { Logger } from '../../config/logger.ts';
import { messageOf } from '../../domain/errors.ts';
import { greeting, wording } from '../../domain/wording.ts';
import { framesOf, type SpeechFrame } from '../../media/speech-frames.ts';
import type { CallService } from '../calls.ts';

/** Sentences that a caller may need to hear when the voice is slow or gone: made beforehand, kept in memory. */
const texts = {
  filler: wording.filler,
  apology: wording.apology,
  stillThere: wording.stillThere,
  idleGoodbye: wording.idleGoodbye,
  transferFailed: wording.transferFailed,
} as const;
export type PromptName = keyof typeof texts | 'greeting';

const retryMs = 5_000;

export class Prompts {
  readonly #calls: CallService;
  readonly #logger: Logger;
  readonly #texts: Readonly<Record<PromptName, string>>;
  readonly #speech = new Map<PromptName, Uint8Array>();
  readonly #stopping = new AbortController();
  #tried: () => void = () => {};
  /** Resolves once all are there, or it is clear that no voice is to be had at the moment. */
  readonly attempted = new Promise<void>((resolve) => {
    this.#tried = resolve;
  });

  constructor(calls: CallService, logger: Logger, bankName: string) {
    this.#calls = calls;
    this.#logger = logger;
    this.#texts = { ...texts, greeting: greeting(bankName) };
  }

  /** Has the prompts spoken, again and again until all are there. */
  async load(): Promise<void> {
    const signal = this.#stopping.signal;
    while (!signal.aborted && this.#speech.size < Object.keys(this.#texts).length) {
      try {
        for (const [name, text] of Object.entries(this.#texts) as [PromptName, string][]) {
          if (signal.aborted) break;
          if (this.#speech.has(name)) continue;
          this.#speech.set(name, (await this.#calls.steps.speak(text, {})).pcm);
        }
      } catch (error) {
        this.#tried();
        if (!signal.aborted) this.#logger.warn({ error: messageOf(error) }, 'prompts are not there yet');
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, retryMs);
          signal.addEventListener('abort', () => [clearTimeout(timer), resolve()], { once: true });
        });
      }
    }
    this.#tried();
  }

  stop(): void {
    this.#tried();
    this.#stopping.abort();
  }

  /** As `speech`, if it is there already. */
  known(name: PromptName): Uint8Array | undefined {
    return this.#speech.get(name);
  }

  /** PCM16 mono at the rate of the voice; one that is not there yet is spoken now. Empty where no voice is to be had. */
  async speech(name: PromptName): Promise<Uint8Array> {
    const known = this.known(name);
    if (known) return known;
    try {
      const { pcm } = await this.#calls.steps.speak(this.#texts[name], {});
      this.#speech.set(name, pcm);
      return pcm;
    } catch (error) {
      this.#logger.warn({ prompt: name, error: messageOf(error) }, 'a prompt cannot be spoken');
      return new Uint8Array(0);
    }
  }

  /** The prompt as a stream of frames. */
  async *frames(name: PromptName): AsyncGenerator<SpeechFrame> {
    const pcm = await this.speech(name);
    if (pcm.length > 0) yield* framesOf(this.#texts[name], pcm);
  }
}
