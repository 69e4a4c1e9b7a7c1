import { inTenant } from '../../db/scope.ts';
import { tenantProfile } from '../../db/tenants.ts';
import { messageOf } from '../../domain/errors.ts';
import { greeting, wording } from '../../domain/wording.ts';
import { framesOf, type SpeechFrame } from '../../media/speech-frames.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { CallService } from '../calls.ts';
import { RecordedPrompts, type RecordedPromptsOptions } from './recorded-prompts.ts';

/** Sentences that a caller may need to hear when the voice is slow or gone: made beforehand, kept in memory. */
const texts = {
  filler: wording.filler,
  apology: wording.apology,
  stillThere: wording.stillThere,
  idleGoodbye: wording.idleGoodbye,
  transferFailed: wording.transferFailed,
  recordingStopped: wording.recordingStopped,
  recordingResumed: wording.recordingResumed,
} as const;
type SpokenPrompt = keyof typeof texts | 'greeting';
/** `notice`: what the law asks to be said first, as that the call is recorded; there is one only where the bank has recorded it. */
export type PromptName = SpokenPrompt | 'notice';

/** Messages that are played in their place once somebody has approved them. */
export const promptMessages: Readonly<Record<PromptName, string>> = {
  notice: 'call/notice',
  greeting: 'call/greeting',
  filler: 'call/hold',
  apology: 'call/apology',
  stillThere: 'call/still-there',
  idleGoodbye: 'call/goodbye',
  transferFailed: 'call/transfer-failed',
  recordingStopped: 'call/recording-stopped',
  recordingResumed: 'call/recording-resumed',
};

const retryMs = 5_000;
const refreshMs = 5_000;

export interface PromptsOptions extends RecordedPromptsOptions {
  /** Of a tenant that has no name of its own. */
  readonly bankName: string;
}

/** What one tenant's calls play. */
export class Prompts {
  readonly #calls: CallService;
  readonly #logger: Logger;
  readonly #options: PromptsOptions;
  #texts: Readonly<Record<SpokenPrompt, string>>;
  readonly #recorded: RecordedPrompts<PromptName>;
  readonly #speech = new Map<SpokenPrompt, Uint8Array>();
  readonly #stopping = new AbortController();
  #tried: () => void = () => {};
  /** Resolves once all are there, or it is clear that no voice is to be had at the moment. */
  readonly attempted = new Promise<void>((resolve) => {
    this.#tried = resolve;
  });

  constructor(calls: CallService, logger: Logger, options: PromptsOptions) {
    this.#options = options;
    this.#calls = calls;
    this.#logger = logger;
    this.#texts = { ...texts, greeting: greeting(options.bankName) };
    this.#recorded = new RecordedPrompts(promptMessages, options);
  }

  /** Has the prompts spoken, again and again until all are there. */
  async load(): Promise<void> {
    const signal = this.#stopping.signal;
    await this.#refresh();
    const refreshing = setInterval(() => void this.#refresh(), refreshMs).unref();
    signal.addEventListener('abort', () => clearInterval(refreshing), { once: true });
    while (!signal.aborted && this.#speech.size < Object.keys(this.#texts).length) {
      try {
        for (const [name, text] of Object.entries(this.#texts) as [SpokenPrompt, string][]) {
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

  async #refresh(): Promise<void> {
    await Promise.all([this.#recorded.refresh(), this.#rename()]).catch((error) => {
      this.#logger.warn({ error: messageOf(error) }, 'recorded prompts cannot be looked up');
    });
  }

  /** Callers are greeted with the name that the tenant has now. */
  async #rename(): Promise<void> {
    const { db, tenant } = this.#options;
    const { bankName } = await inTenant(tenant, () => tenantProfile(db, tenant));
    const text = greeting(bankName ?? this.#options.bankName);
    if (text === this.#texts.greeting) return;
    this.#texts = { ...this.#texts, greeting: text };
    if (this.#speech.delete('greeting')) void this.speech('greeting');
  }

  stop(): void {
    this.#tried();
    this.#stopping.abort();
  }

  /** As `speech`, if it is there already. */
  known(name: PromptName): Uint8Array | undefined {
    return this.#recorded.find(name)?.pcm ?? (name === 'notice' ? undefined : this.#speech.get(name));
  }

  /** PCM16 mono at the rate of the voice; one that is not there yet is spoken now. Empty where no voice is to be had. */
  async speech(name: PromptName): Promise<Uint8Array> {
    const known = this.known(name);
    if (known) return known;
    if (name === 'notice') return new Uint8Array(0);
    try {
      const { pcm } = await this.#calls.steps.speak(this.#texts[name], {});
      this.#speech.set(name, pcm);
      return pcm;
    } catch (error) {
      this.#logger.warn({ prompt: name, error: messageOf(error) }, 'a prompt cannot be spoken');
      return new Uint8Array(0);
    }
  }

  /** What a call begins with: the notice where there is one, and the greeting where the bot speaks first. */
  async *opening(greet: boolean): AsyncGenerator<SpeechFrame> {
    yield* this.frames('notice');
    if (greet) yield* this.frames('greeting');
  }

  /** The prompt as a stream of frames. */
  async *frames(name: PromptName): AsyncGenerator<SpeechFrame> {
    const recorded = this.#recorded.find(name);
    if (recorded) return yield* framesOf(recorded.text, recorded.pcm);
    if (name === 'notice') return;
    const pcm = await this.speech(name);
    if (pcm.length > 0) yield* framesOf(this.#texts[name], pcm);
  }
}
