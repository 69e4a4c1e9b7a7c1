import { CancellationScope, isCancellation, log } from '@temporalio/workflow';
import { isBackchannel } from '../domain/backchannel.ts';
import type { Exchange, NextStep, ReplySource, TurnError, TurnOutcome, TurnStatus, TurnTimings } from '../domain/call.ts';
import { intentOf } from '../domain/intent.ts';
import { wording } from '../domain/wording.ts';
import type { TakeTurnInput } from './definitions.ts';
import { type Answer, StepFailed, step } from './step-failure.ts';
import type { Steps } from './steps.ts';

/** What a turn needs of its call. */
export interface TurnSurroundings {
  readonly steps: Steps;
  /** Resolves with what was said before, once the turn before this one is settled. */
  floor(): Promise<readonly Exchange[]>;
  readonly canTransfer: boolean;
  /** The longest a caller may speak in one turn. */
  readonly maxListenMs: number;
}

const silent: Answer = { reply: '', source: 'silence', spokenMs: 0, timings: {} };

/**
 * One attempt at a turn. Listening begins while the caller speaks. Then the answer is looked up, and at the same time `speak`
 * takes its place at the `said` pipe, which the cache or the model fills: whatever comes first is spoken at once.
 * A step that fails for good gives an apology and a turn marked as failed; the call goes on.
 */
export class TurnRun {
  readonly #input: TakeTurnInput;
  readonly #around: TurnSurroundings;
  readonly #startedAt = Date.now();
  #transcript = '';
  #language = '';
  #audioMs = 0;
  #timings: Partial<TurnTimings> = {};

  constructor(input: TakeTurnInput, around: TurnSurroundings) {
    this.#input = input;
    this.#around = around;
  }

  /** @throws CancelledFailure when the attempt is superseded or interrupted. */
  async run(): Promise<TurnOutcome> {
    try {
      await this.#listen();
      if (this.#noTurn()) return this.outcome('ignored', silent);
      const history = await this.#around.floor();
      return this.outcome('answered', await this.#answer(history));
    } catch (error) {
      if (!(error instanceof StepFailed)) throw error;
      log.warn('turn failed', { turn: this.#input.turn, ...error.detail });
      // The API speaks the apology: it is there even when no voice is.
      return this.outcome('failed', { ...silent, reply: wording.apology, source: 'apology' }, error.detail);
    }
  }

  /** What is known of the turn so far. */
  outcome(status: TurnStatus, answer: Answer, error?: TurnError): TurnOutcome {
    const { turn, attempt } = this.#input;
    return {
      turn,
      ...(attempt === undefined ? {} : { attempt }),
      status,
      transcript: this.#transcript,
      language: this.#language,
      reply: answer.reply,
      source: answer.source,
      intent: intentOf(this.#transcript),
      audioMs: this.#audioMs,
      spokenMs: answer.spokenMs,
      timings: { ...this.#timings, ...answer.timings, totalMs: Date.now() - this.#startedAt },
      next: answer.next ?? 'listen',
      ...(error ? { error } : {}),
    };
  }

  async #listen(): Promise<void> {
    const { live, media, language } = this.#input;
    const { steps, maxListenMs } = this.#around;
    const input = { heardUrl: media.heardUrl, language, ...(live ? { transcriptUrl: media.transcriptUrl } : {}) };
    const options = { summary: this.#label('listen'), ...(live ? { startToCloseTimeout: maxListenMs } : {}) };
    const heard = await step('transcribe', () => steps.stt.transcribe.executeWithOptions(options, [input]));
    this.#transcript = heard.text;
    this.#language = heard.language;
    this.#audioMs = heard.audioMs;
    this.#timings = { transcribe: heard.timing };
  }

  /** On a live line, noise and sounds of listening are no turns. */
  #noTurn(): boolean {
    const { live, duringReply } = this.#input;
    if (!live) return false;
    return intentOf(this.#transcript) === 'silence' || (duringReply === true && isBackchannel(this.#transcript));
  }

  #answer(history: readonly Exchange[]): Promise<Answer> {
    const intent = intentOf(this.#transcript);
    if (intent === 'silence') return this.#say(wording.notHeard, 'silence');
    if (intent === 'person') {
      return this.#around.canTransfer
        ? this.#say(wording.transfer, 'approved', 'transfer')
        : this.#say(wording.transferFailed, 'approved');
    }
    if (intent === 'goodbye' && this.#input.live) return this.#say(wording.goodbye, 'approved', 'end');
    return this.#respond(history);
  }

  /** Speaks a text that is known already. */
  async #say(text: string, source: ReplySource, next: NextStep = 'listen'): Promise<Answer> {
    const { media, style } = this.#input;
    const spoken = await step('speak', () =>
      this.#around.steps.tts.speak.executeWithOptions({ summary: this.#label('speak') }, [
        { text, spokenUrl: media.spokenUrl, style },
      ]),
    );
    const timings = { speak: spoken.timing, firstAudioMs: spoken.firstAudioMs };
    return { reply: text, source, spokenMs: spoken.spokenMs, timings, next };
  }

  #respond(history: readonly Exchange[]): Promise<Answer> {
    const { media, style } = this.#input;
    // One scope: when one side fails, the other has no partner at its pipe and is cancelled.
    return CancellationScope.cancellable(async () => {
      const scope = CancellationScope.current();
      const together = <T>(work: Promise<T>) =>
        work.catch((error) => {
          scope.cancel();
          throw error;
        });
      const results = await Promise.allSettled([
        together(this.#words(history)),
        together(
          step('speak', () =>
            this.#around.steps.tts.speak.executeWithOptions({ summary: this.#label('speak') }, [
              { saidUrl: media.saidUrl, spokenUrl: media.spokenUrl, style },
            ]),
          ),
        ),
      ] as const);
      const [words, spoken] = results;
      if (words.status === 'fulfilled' && spoken.status === 'fulfilled') {
        const timings = { ...words.value.timings, speak: spoken.value.timing, firstAudioMs: spoken.value.firstAudioMs };
        return { ...words.value, spokenMs: spoken.value.spokenMs, timings };
      }
      const reasons = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
      throw reasons.find((reason) => reason instanceof StepFailed) ?? reasons[0];
    });
  }

  /** The words of the answer: the cache's, or the model's. Either writes them to the `said` pipe. */
  async #words(history: readonly Exchange[]): Promise<Pick<Answer, 'reply' | 'source' | 'timings'>> {
    const { steps } = this.#around;
    const { saidUrl } = this.#input.media;
    const transcript = this.#transcript;
    const found = await steps.cache.lookup
      .executeWithOptions({ summary: this.#label('look up') }, [{ transcript, language: this.#language, saidUrl }])
      .catch((error) => {
        if (isCancellation(error)) throw error;
        log.warn('cache passed over', { error: String(error) });
        return undefined;
      });
    if (found?.hit)
      return { reply: found.hit.reply, source: 'cache', timings: { lookup: found.timing, searchMs: found.searchMs } };
    const thought = await step('think', () =>
      steps.llm.think.executeWithOptions({ summary: this.#label('think') }, [{ transcript, history, saidUrl }]),
    );
    const lookup = found ? { lookup: found.timing, searchMs: found.searchMs } : {};
    const timings = { ...lookup, think: thought.timing, firstSentenceMs: thought.firstSentenceMs };
    return { reply: thought.reply, source: thought.source, timings };
  }

  #label(what: string): string {
    return `Turn ${this.#input.turn}: ${what}`;
  }
}
