import { CancellationScope, isCancellation, log, patched } from '@temporalio/workflow';
import { isBackchannel } from '../domain/backchannel.ts';
import {
  type Exchange,
  keyedIn,
  type NextStep,
  type Playback,
  type ReplySource,
  type TurnError,
  type TurnMedia,
  type TurnOutcome,
  type TurnStatus,
  type TurnTimings,
} from '../domain/call.ts';
import type { DialogState, SpokenSecret } from '../domain/dialog/state.ts';
import { expectedDigits, expectsYesOrNo } from '../domain/dialog/state.ts';
import { intentOf } from '../domain/intent.ts';
import { wording } from '../domain/wording.ts';
import { answer, Findings, type Question } from './answering.ts';
import type { CallScope, TakeTurnInput } from './definitions.ts';
import { type Answer, StepFailed, step } from './step-failure.ts';
import type { Steps } from './steps.ts';

/** What a turn needs of its call. */
export interface TurnSurroundings {
  readonly sessionId: string;
  readonly steps: Steps;
  /** Resolves with what was said before, once the turn before this one is settled; unset for a turn that is tried again later. */
  floor?(): Promise<readonly Exchange[]>;
  readonly canTransfer: boolean;
  /** Whose bank this is; unset in calls that began under 0.3, whose callers are only talked to. */
  scope?(): CallScope | undefined;
  /** What the conversation has come to, as far as it is settled. */
  dialog(): DialogState;
  /** The bot has asked for digits that nobody else may read. */
  asksForSecret(): boolean;
  /** The caller has stopped the recording by a key. */
  recordingPaused?(): boolean;
  /** Keeps work going that nobody waits for. */
  later(name: string, work: Promise<unknown>): void;
  /** The longest a caller may speak in one turn. */
  readonly maxListenMs: number;
}

/** A turn to take: of a caller on the line, or, without `media`, one that was kept. */
export type TurnRequest = Omit<TakeTurnInput, 'media'> & { readonly media?: TurnMedia | undefined };

const silent: Answer = { reply: '', source: 'silence', spokenMs: 0, timings: {} };

/**
 * One attempt at a turn. Listening begins while the caller speaks. Then the answer is looked up, and at the same time `speak`
 * takes its place at the `said` pipe, which the cache or the model fills: whatever comes first is spoken at once.
 * A step that fails for good gives an apology and a turn marked as failed; the call goes on.
 * Where the line is gone, because the process that held it died or because the turn is tried again later, the turn is answered
 * from what was kept of it, in words that nobody hears yet.
 */
export class TurnRun {
  readonly #input: TurnRequest;
  readonly #around: TurnSurroundings;
  readonly #startedAt = Date.now();
  /** What is done for a caller on the line. */
  readonly #onLine = new CancellationScope();
  /** The caller's pipes; unset once the line is gone. */
  #line: TurnMedia | undefined;
  #transcript = '';
  #language = '';
  #audioMs = 0;
  #timings: Partial<TurnTimings> = {};
  #retries = 0;
  #digits: SpokenSecret | undefined;
  #confidential = false;
  /** The words of the answer, once they are known; they may still be spoken. */
  #words: Omit<Answer, 'spokenMs'> | undefined;
  /** What became known on the way to the answer. */
  readonly findings = new Findings();

  constructor(input: TurnRequest, around: TurnSurroundings) {
    this.#input = input;
    this.#around = around;
    this.#line = input.media;
  }

  /** @throws CancelledFailure when the attempt is superseded or interrupted. */
  async run(): Promise<TurnOutcome> {
    try {
      return await (this.#input.text === undefined ? this.#takeOnLine() : this.#takeText(this.#input.text));
    } catch (error) {
      if (!(error instanceof StepFailed)) throw error;
      if (!this.#line || error.detail.code !== 'line-gone') return this.#failed(error);
      this.#line = undefined;
      return this.#takeOffLine(error).catch((again) => {
        if (!(again instanceof StepFailed)) throw again;
        return this.#failed(again);
      });
    }
  }

  /** The caller is on another line now. */
  loseLine(): void {
    if (this.#line) this.#onLine.cancel();
  }

  async #takeOnLine(): Promise<TurnOutcome> {
    const line = this.#line;
    if (!line) return this.#takeOffLine();
    try {
      return await this.#onLine.run(() => this.#take(line));
    } catch (error) {
      const superseded = CancellationScope.current().consideredCancelled;
      if (!isCancellation(error) || superseded || !this.#onLine.consideredCancelled) throw error;
      throw new StepFailed({ step: 'line', code: 'line-gone', message: 'The caller connected anew.' });
    }
  }

  /** What is known of the turn so far. */
  outcome(status: TurnStatus, answer: Answer, error?: TurnError): TurnOutcome {
    const { turn, attempt } = this.#input;
    const { dialog, intent = intentOf(this.#transcript), citations, guards, scope } = this.findings;
    const asked = dialog ?? this.#around.dialog();
    const awaited = expectedDigits(asked);
    return {
      turn,
      ...(attempt === undefined ? {} : { attempt }),
      status,
      transcript: this.#transcript,
      language: this.#language,
      reply: answer.reply,
      source: answer.source,
      intent: this.#transcript === '' ? 'silence' : intent,
      audioMs: this.#audioMs,
      spokenMs: answer.spokenMs,
      timings: { ...this.#timings, ...answer.timings, totalMs: Date.now() - this.#startedAt },
      next: answer.next ?? 'listen',
      ...(error ? { error } : {}),
      ...(citations.length > 0 ? { citations } : {}),
      ...(guards.length > 0 ? { guards } : {}),
      ...(scope?.adapter ? { adapter: scope.adapter } : {}),
      ...(this.#input.style?.engine ? { engine: this.#input.style.engine } : {}),
      ...(dialog?.assistant ? { assistant: dialog.assistant } : {}),
      ...(this.#keepsNoSound(asked) ? { confidential: true } : {}),
      ...(asked.customerHash ? { customerHash: asked.customerHash } : {}),
      ...(awaited === undefined ? {} : { expectedDigits: awaited }),
      ...(expectsYesOrNo(asked) ? { expectsConfirmation: true } : {}),
      ...(this.#line || this.#input.text !== undefined ? {} : { unheard: true }),
      ...(this.#retries === 0 ? {} : { retries: this.#retries }),
    };
  }

  /** The caller took the floor while the answer was still being made. */
  interrupted({ heardReply, playedMs }: Playback): TurnOutcome {
    const { reply, source, timings } = this.#words ?? { reply: heardReply, source: 'model' as const, timings: {} };
    return this.outcome('answered', { reply, source, timings, spokenMs: playedMs });
  }

  /** Secrets, card data, and whoever wants no recording. */
  #keepsNoSound({ unrecorded }: DialogState): boolean {
    if (this.#confidential || unrecorded || this.#around.recordingPaused?.()) return true;
    return this.#transcript.includes('[card number]') && patched('no-sound-of-cards');
  }

  async #take(line: TurnMedia): Promise<TurnOutcome> {
    await this.#listen(line);
    if (this.#noTurn()) return this.outcome('ignored', silent);
    const history = (await this.#around.floor?.()) ?? [];
    return this.outcome('answered', await this.#answer(history));
  }

  /** The caller writes: there is nothing to hear, and nothing to speak. */
  async #takeText(text: string): Promise<TurnOutcome> {
    this.#heard(text, this.#input.language ?? 'en', 0);
    const history = (await this.#around.floor?.()) ?? [];
    return this.outcome('answered', await this.#answer(history));
  }

  /** @param lost how the line was lost; unset for a turn that was kept. */
  async #takeOffLine(lost?: StepFailed): Promise<TurnOutcome> {
    const { turn } = this.#input;
    const { steps, sessionId, floor } = this.#around;
    const kept = await step('recall', () => steps.recall.recallTurn({ sessionId, turn })).catch((error) => {
      if (lost && error instanceof StepFailed) return undefined;
      throw error;
    });
    // It was answered before, as when an earlier run of the call is gone over again.
    if (kept?.outcome) return kept.outcome;
    this.#retries = kept && kept.failures > 0 ? kept.failures : 0;
    if (this.#transcript === '') {
      if (kept?.transcript) this.#heard(kept.transcript, kept.language, kept.audioMs);
      else if (kept?.recording) await this.#listenTo(kept.recording);
      else throw lost ?? new StepFailed({ step: 'recall', code: 'not-found', message: 'Nothing of the turn was kept.' });
    }
    if (this.#noTurn()) return this.outcome('ignored', silent);
    const history = floor ? await floor() : (kept?.history ?? []);
    return this.outcome('answered', await this.#answer(history));
  }

  #failed({ detail }: StepFailed): TurnOutcome {
    log.warn('turn failed', { turn: this.#input.turn, ...detail });
    // The API speaks the apology: it is there even when no voice is.
    const reply = this.#line ? wording.apology : '';
    return this.outcome('failed', { ...silent, reply, source: 'apology' }, detail);
  }

  async #listen(line: TurnMedia): Promise<void> {
    const { live, language, digits } = this.#input;
    const { steps, maxListenMs } = this.#around;
    if (digits) {
      this.#confidential = true;
      return this.#heard(keyedIn, language ?? 'en', 0);
    }
    const secret = this.#around.asksForSecret();
    const input = {
      heardUrl: line.heardUrl,
      language,
      ...(live ? { transcriptUrl: line.transcriptUrl } : {}),
      ...(secret ? { secret } : {}),
    };
    const options = { summary: this.#label('listen'), ...(live ? { startToCloseTimeout: maxListenMs } : {}) };
    const heard = await step('transcribe', () => steps.stt.transcribe.executeWithOptions(options, [input]));
    this.#heard(heard.text, heard.language, heard.audioMs);
    this.#digits = heard.digits;
    this.#confidential = secret || heard.digits !== undefined;
    this.#timings = { transcribe: heard.timing };
  }

  async #listenTo(recording: string): Promise<void> {
    const { language } = this.#input;
    const options = { summary: this.#label('listen again') };
    const heard = await step('transcribe', () =>
      this.#around.steps.stt.transcribe.executeWithOptions(options, [{ recording, language }]),
    );
    this.#heard(heard.text, heard.language, heard.audioMs);
    this.#timings = { transcribe: heard.timing };
  }

  #heard(transcript: string, language: string, audioMs: number): void {
    this.#transcript = transcript;
    this.#language = language;
    this.#audioMs = audioMs;
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
    if (this.#around.scope?.()) return this.#respond(history);
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
    const { style } = this.#input;
    if (!this.#line) return { reply: text, source, spokenMs: 0, timings: {}, next };
    const { spokenUrl } = this.#line;
    this.#words = { reply: text, source, timings: {} };
    const spoken = await step('speak', () =>
      this.#around.steps.voice(style).speak.executeWithOptions({ summary: this.#label('speak') }, [{ text, spokenUrl, style }]),
    );
    const timings = { speak: spoken.timing, firstAudioMs: spoken.firstAudioMs };
    return { reply: text, source, spokenMs: spoken.spokenMs, timings, next };
  }

  async #respond(history: readonly Exchange[]): Promise<Answer> {
    const { style } = this.#input;
    if (!this.#line) return { ...(await this.#find(history)), spokenMs: 0 };
    const { saidUrl, spokenUrl } = this.#line;
    // One scope: when one side fails, the other has no partner at its pipe and is cancelled.
    return CancellationScope.cancellable(async () => {
      const scope = CancellationScope.current();
      const together = <T>(work: Promise<T>) =>
        work.catch((error) => {
          scope.cancel();
          throw error;
        });
      const results = await Promise.allSettled([
        together(
          this.#find(history, saidUrl).then((words) => {
            this.#words = words;
            return words;
          }),
        ),
        together(
          step('speak', () =>
            this.#around.steps
              .voice(style)
              .speak.executeWithOptions({ summary: this.#label('speak') }, [{ saidUrl, spokenUrl, style }]),
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

  /** Finds the words of the answer: the cache's, or the model's. Either writes them to the `said` pipe, where somebody is on the line. */
  async #find(history: readonly Exchange[], saidUrl?: string): Promise<Omit<Answer, 'spokenMs'>> {
    const { steps } = this.#around;
    const transcript = this.#transcript;
    const scope = this.#around.scope?.();
    if (scope)
      return answer(
        this.#question(scope, history, saidUrl),
        steps,
        this.findings,
        (what) => this.#label(what),
        this.#around.later,
      );
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

  #question(scope: CallScope, history: readonly Exchange[], saidUrl: string | undefined): Question {
    const { turn, live, text, digits } = this.#input;
    const { sessionId, canTransfer, dialog } = this.#around;
    return {
      sessionId,
      turn,
      transcript: this.#transcript,
      language: this.#language,
      digits: digits ?? this.#digits,
      history,
      dialog: dialog(),
      scope,
      canTransfer,
      mayEnd: live === true,
      present: this.#line !== undefined || text !== undefined,
      saidUrl,
      releasedUrl: this.#line?.releasedUrl,
    };
  }

  #label(what: string): string {
    return `Turn ${this.#input.turn}: ${what}`;
  }
}
