import type { Logger } from '../../config/logger.ts';
import { messageOf } from '../../domain/errors.ts';
import { greeting, wording } from '../../domain/wording.ts';
import { audioFrame, type SpeechFrame, textFrame } from '../../media/speech-frames.ts';
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
          if (signal.aborted) return;
          if (this.#speech.has(name)) continue;
          this.#speech.set(name, (await this.#calls.speak(text, {})).pcm);
        }
      } catch (error) {
        if (!signal.aborted) this.#logger.warn({ error: messageOf(error) }, 'prompts are not there yet');
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, retryMs);
          signal.addEventListener('abort', () => [clearTimeout(timer), resolve()], { once: true });
        });
      }
    }
  }

  stop(): void {
    this.#stopping.abort();
  }

  text(name: PromptName): string {
    return this.#texts[name];
  }

  /** PCM16 mono at the rate of the voice; undefined while the voice has not made it. */
  pcm(name: PromptName): Uint8Array | undefined {
    return this.#speech.get(name);
  }

  /** The prompt as a stream of frames; empty while it is not there. */
  async *frames(name: PromptName): AsyncGenerator<SpeechFrame> {
    const pcm = this.#speech.get(name);
    if (!pcm) return;
    yield { kind: 'text', text: this.#texts[name] };
    yield { kind: 'audio', pcm };
  }

  /** The prompt as bytes of a `spoken` pipe. */
  bytes(name: PromptName): Uint8Array {
    const pcm = this.#speech.get(name);
    return pcm ? Buffer.concat([textFrame(this.#texts[name]), audioFrame(pcm)]) : new Uint8Array(0);
  }
}
