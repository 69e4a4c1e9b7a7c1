import { isBackchannel } from '../../domain/backchannel.ts';
import { type CallEndReason, keyedIn, type TurnOutcome } from '../../domain/call.ts';
import type { SpokenSecret } from '../../domain/dialog/state.ts';
import type { TranscriptLine } from '../../domain/transcript-line.ts';
import { framesOf } from '../../media/speech-frames.ts';
import { BotVoice } from './bot-voice.ts';
import { CallLink } from './call-link.ts';
import { CallReports } from './call-reports.ts';
import { Ears } from './ears.ts';
import { Floor } from './floor.ts';
import { IdleWatch } from './idle-watch.ts';
import { Keypad } from './keypad.ts';
import type { TappedLine } from './live-lines.ts';
import type { CallerLine, LiveCallOptions, LiveDependencies } from './live-setup.ts';
import type { Utterance } from './mouth.ts';
import { OwedReply } from './owed-reply.ts';
import type { PromptName } from './prompts.ts';
import { type ReplySpeechOptions, replySpeech } from './reply-speech.ts';
import type { TurnAttempt } from './turn-attempt.ts';

/** Speech over the bot that lasts longer is an interruption whatever it says. */
const surelyInterruptsMs = 700;
/** An audio clock that falls behind by more is filled with silence: lines that send nothing while nobody speaks. */
const gapMs = 200;
const tickMs = 40;

const nothingHeard = { heardReply: '', playedMs: 0, interrupted: true } as const;

/** One caller on the line: ears and voice, and the turns that they make. */
export class LiveCall {
  readonly #deps: LiveDependencies;
  readonly #options: LiveCallOptions;
  readonly #caller: CallerLine;
  readonly #tap: TappedLine;
  readonly #ears: Ears;
  readonly #voice: BotVoice;
  readonly #ticker: NodeJS.Timeout;
  readonly #link: CallLink;
  readonly #reports: CallReports;
  readonly #replies: ReplySpeechOptions;
  readonly #idle: IdleWatch;
  #lastTurn: number;
  /** The turn that is being heard or answered, until its reply begins. */
  #attempt: TurnAttempt | undefined;
  #lastAudioAt = performance.now();
  readonly #floor = new Floor();
  readonly #keypad = new Keypad();
  /** What the bot has asked for. */
  #expectedDigits: number | undefined;

  constructor(deps: LiveDependencies, options: LiveCallOptions, caller: CallerLine) {
    this.#deps = deps;
    this.#options = options;
    this.#tap = deps.lines.open(options.sessionId, options.codec.format, caller, () => this.#handOver());
    this.#caller = this.#tap.caller;
    this.#lastTurn = options.lastTurn;
    this.#link = new CallLink({ ...options, calls: deps.calls, failed: (error) => this.#fail(error) });
    this.#reports = new CallReports({
      ...options,
      logger: deps.logger,
      metrics: deps.metrics,
      caller: this.#caller,
      link: this.#link,
    });
    const prompts = deps.prompts.of(options.tenant);
    this.#replies = { prompts, steps: deps.calls.steps, style: options.style };
    this.#idle = new IdleWatch(deps.settings.idleMs, performance.now());
    this.#ears = new Ears(deps.settings, deps.engines, {
      suspected: () => this.#voice.hold(),
      dismissed: () => this.#voice.goOn(),
      started: (audio) => this.#begin(audio),
      audio: (samples) => this.#hear(samples),
      paused: (speechEndedAt) => this.#pause(speechEndedAt),
      resumed: (audio) => this.#goOn(audio),
      released: () => this.#release(),
      failed: (error) => this.#fail(error),
    });
    this.#voice = new BotVoice({
      caller: this.#caller,
      codec: options.codec,
      ears: this.#ears,
      prompts,
      rateHz: deps.voiceRateHz,
      failed: (error) => this.#fail(error),
      answered: (attempt, metrics) => this.#reports.answered(attempt, metrics),
    });
    this.#ticker = setInterval(() => this.#tick(), tickMs);
    if (options.greet || (options.lastTurn === 0 && prompts.known('notice'))) this.#open(options.greet);
    void options.owed?.then((owed) => owed && this.#sayOwed(new OwedReply(owed, options.heard)));
  }

  /** Samples at 16 kHz. */
  push(samples: Float32Array): void {
    this.#lastAudioAt = performance.now();
    this.#tap.heard(samples);
    this.#ears.push(samples);
  }

  /** Ends the reply under way, as if the caller had interrupted it. */
  stopReply(): void {
    this.#interrupt();
  }

  /** A key of the telephone. */
  dtmf(key: string): void {
    if (this.#floor.state === 'transferring' || this.#floor.over) return;
    const pressed = this.#keypad.press(key, this.#expectedDigits, performance.now());
    if (pressed.kind === 'ignored') return;
    this.#idle.heard();
    this.#interrupt();
    if (pressed.kind === 'person') void this.#transfer();
    if (pressed.kind === 'digits') this.#enter(pressed.digits);
    if (pressed.kind === 'recording') this.#setRecording(pressed.recorded);
  }

  /** Told to the caller once the call knows. */
  #setRecording(recorded: boolean): void {
    this.#link.setRecording(recorded).then(
      () => this.#voice.prompt(recorded ? 'recordingResumed' : 'recordingStopped'),
      (error) => this.#fail(error),
    );
  }

  /** Digits that were keyed in are a turn. */
  #enter(digits: string): void {
    this.#expectedDigits = undefined;
    this.#startAttempt(new Float32Array(), false, this.#deps.calls.turns.seal(digits));
    const attempt = this.#attempt;
    if (!attempt) return;
    attempt.pause(performance.now());
    attempt.transcript = keyedIn;
    this.#floor.send('digitsKeyed');
    this.#letGo(attempt);
  }

  /** Ends the call and tells the caller why. */
  async end(reason: CallEndReason): Promise<void> {
    // A line that is moved to a person goes away too.
    if (this.#floor.state === 'transferring' || !this.#floor.send('callEnded')) return;
    await this.#link.end(reason);
    this.#caller.sendEvent({ type: 'call.ended', reason });
    this.#caller.close();
  }

  /** The line is gone. The call goes on without it: the caller may come back. */
  async close(): Promise<void> {
    if (!this.#floor.send('lineGone')) return;
    this.#tap.closed();
    clearInterval(this.#ticker);
    const speaking = this.#voice.silence();
    this.#ears.close();
    if (speaking) this.#reports.cutOff(speaking);
    if (this.#attempt && !this.#attempt.released) this.#link.drop(this.#attempt);
    else if (this.#attempt) this.#link.played(this.#attempt, nothingHeard);
    await this.#link.settled();
    this.#options.codec.close();
  }

  #begin(audio: Float32Array): void {
    // Nobody listens while a person is called to the line.
    if (this.#floor.state === 'transferring') return;
    this.#idle.heard();
    this.#voice.hold();
    // The caller adds to a turn whose reply has not begun: that reply is out of date.
    const waiting = this.#attempt;
    if (waiting?.released) {
      // Whoever speaks over the bot twice means it.
      if (this.#floor.state === 'interruptedReleased') this.#interrupt();
      waiting.stopFiller();
      this.#voice.withhold(waiting);
    }
    this.#floor.send('callerStarted');
    this.#startAttempt(audio, this.#voice.speaking !== undefined);
    this.#caller.sendEvent({ type: 'speech.started', turn: this.#attempt?.turn ?? 0 });
  }

  #startAttempt(audio: Float32Array, duringReply: boolean, digits?: SpokenSecret): void {
    const turn = (this.#voice.speaking?.attempt?.turn ?? this.#lastTurn) + 1;
    const attempt = this.#link.begin(turn, duringReply, (from, line) => this.#read(from, line), digits);
    attempt.hear(audio);
    this.#attempt = attempt;
    attempt.outcome.then(
      (outcome) => {
        if (outcome.status === 'answered') this.#expect(outcome);
        this.#done(attempt, outcome);
      },
      (error) => this.#failTurn(attempt, error),
    );
  }

  /** What the bot asks for in its reply. */
  #expect({ expectedDigits: count, expectsConfirmation }: TurnOutcome): void {
    this.#expectedDigits = count;
    if (count !== undefined) this.#ears.expect({ kind: 'digits', count });
    else this.#ears.expect(expectsConfirmation ? { kind: 'yes-or-no' } : undefined);
  }

  #hear(samples: Float32Array): void {
    this.#attempt?.hear(samples);
    if (this.#attempt?.duringReply && this.#voice.speaking && this.#ears.turnMs >= surelyInterruptsMs) this.#interrupt();
  }

  #pause(speechEndedAt: number): void {
    this.#floor.send('callerPaused');
    this.#attempt?.pause(speechEndedAt);
  }

  #goOn(audio: Float32Array): void {
    const before = this.#attempt;
    if (!before) return;
    this.#floor.send('callerResumed');
    this.#startAttempt(audio, before.duringReply);
    // The workflow gives the turn to the new attempt; here the old one's pipes close, so that its steps stop at once.
    void this.#link.settled().then(() => before.close());
  }

  #read(attempt: TurnAttempt, line: TranscriptLine): void {
    const { text, final } = line;
    // Also of a turn that was added to: it may be answered after all.
    if (final) attempt.transcript = text;
    if (attempt !== this.#attempt) return;
    if (!final) {
      if (text) this.#caller.sendEvent({ type: 'transcript.partial', turn: attempt.turn, text });
      return;
    }
    this.#ears.readTranscript(line);
    this.#weigh(attempt);
  }

  /** Once the words of a turn are known: was it one? */
  #weigh(attempt: TurnAttempt): void {
    const { transcript } = attempt;
    if (transcript === undefined) return;
    const means = /[\p{L}\p{N}]/u.test(transcript) && !(attempt.duringReply && isBackchannel(transcript));
    if (means) {
      if (attempt.duringReply) this.#interrupt();
      if (this.#floor.state === 'released') this.#answer(attempt);
    } else if (attempt.released) {
      this.#attempt = undefined;
      this.#floor.send('noTurn');
      this.#resume();
    }
  }

  #release(): void {
    const attempt = this.#attempt;
    if (!attempt) return;
    this.#floor.send('callerReleased');
    this.#letGo(attempt);
  }

  /** The caller is done: what was prepared may be let out. */
  #letGo(attempt: TurnAttempt): void {
    attempt.release();
    if (attempt.failed) return void this.#apologise(attempt);
    this.#weigh(attempt);
    if (attempt === this.#attempt && attempt.transcript === undefined) this.#fillLater(attempt);
  }

  /** The turn is the bot's: what was prepared is let out. */
  #answer(attempt: TurnAttempt): void {
    this.#floor.send('turnTaken');
    this.#lastTurn = attempt.turn;
    this.#caller.sendEvent({ type: 'transcript.final', turn: attempt.turn, text: attempt.transcript ?? '' });
    void this.#reply(attempt);
  }

  async #reply(attempt: TurnAttempt): Promise<void> {
    this.#fillLater(attempt);
    await attempt.firstFrame();
    // The caller may have gone on, or gone.
    const awaited = () => this.#floor.state === 'answering' && this.#attempt === attempt;
    if (!awaited()) return;
    attempt.stopFiller();
    await this.#voice.promptOver();
    if (!awaited()) return;
    this.#attempt = undefined;
    this.#floor.send('replyStarted');
    await this.#voice.speak(replySpeech(attempt, this.#replies), {
      attempt,
      finished: ({ playedMs }) => this.#finished(attempt, playedMs),
    });
  }

  #finished(attempt: TurnAttempt, playedMs: number): void {
    this.#floor.send('replyFinished');
    this.#link.played(attempt, { heardReply: attempt.saidText, playedMs, interrupted: false });
    void attempt.outcome.then(
      ({ next }) => {
        if (this.#floor.over) return;
        if (next === 'end') void this.end('goodbye');
        if (next === 'transfer') void this.#transfer();
      },
      () => undefined,
    );
  }

  /** Somebody takes the call over, whatever is being said. */
  #handOver(): Promise<boolean> {
    this.#interrupt();
    return this.#transfer();
  }

  /** @returns whether a person took the call. */
  async #transfer(): Promise<boolean> {
    if (!this.#floor.send('transferStarted')) return false;
    if (this.#attempt) this.#link.drop(this.#attempt);
    this.#attempt = undefined;
    const transferred = await this.#link.transfer(this.#caller.line);
    if (this.#floor.over) return transferred;
    if (!transferred) {
      this.#floor.send('transferFailed');
      this.#prompt('transferFailed');
      return false;
    }
    this.#floor.send('callEnded');
    this.#caller.sendEvent({ type: 'call.ended', reason: 'transferred' });
    this.#caller.close();
    return true;
  }

  /** The caller takes the floor: the reply under way is over, and only what was heard of it counts. */
  #interrupt(): void {
    const speaking = this.#voice.silence();
    this.#floor.send('replyStopped');
    if (!speaking) return;
    this.#reports.cutOff(speaking);
    speaking.attempt?.interrupt();
  }

  /** It was no interruption. */
  #resume(): void {
    const { attempt, withheld } = this.#voice.speaking ?? {};
    if (attempt && withheld) {
      // Its reply has not begun yet; it is still wanted.
      this.#voice.silence();
      this.#attempt = attempt;
      if (attempt.transcript === undefined) {
        this.#floor.send('wordsAwaited');
        this.#fillLater(attempt);
      } else {
        this.#floor.send('replyAwaited');
        void this.#reply(attempt);
      }
      return;
    }
    this.#floor.send('replyResumed');
    this.#voice.goOn();
  }

  #done(attempt: TurnAttempt, outcome: TurnOutcome): void {
    // The words did not come by their pipe, as when the step that listens was tried again.
    if (outcome.status === 'failed') attempt.transcript = outcome.transcript || '(nothing understood)';
    else attempt.transcript ??= outcome.transcript;
    if (this.#attempt === attempt && this.#floor.state !== 'answering' && attempt.released) this.#weigh(attempt);
  }

  #failTurn(attempt: TurnAttempt, error: unknown): void {
    if (this.#floor.over || (this.#attempt !== attempt && this.#voice.speaking?.attempt !== attempt)) return;
    this.#fail(error, attempt.turn);
    attempt.failed = true;
    // Whoever still speaks is told once they are done.
    if (attempt.released) void this.#apologise(attempt);
  }

  /** Nothing comes of a turn; a reply that it was about to interrupt goes on. */
  async #apologise(attempt: TurnAttempt): Promise<void> {
    if (this.#attempt === attempt) {
      this.#attempt = undefined;
      this.#floor.send('turnFailed');
    }
    if (this.#voice.speaking?.attempt) return this.#resume();
    await this.#voice.promptOver();
    if (this.#idleLine) this.#prompt('apology');
  }

  #fail(error: unknown, turn?: number): void {
    if (!this.#floor.over) this.#reports.failed(error, turn);
  }

  /** The caller is back: what they were not told yet is said now. */
  async #sayOwed(owed: OwedReply): Promise<void> {
    const { turn, text } = owed;
    if (owed.mustAskAgain && this.#idleLine) return this.#prompt('apology');
    const finished = (utterance?: Utterance) => {
      this.#floor.send('replyFinished');
      if (text !== undefined) this.#link.heard(owed.playback(utterance, false));
      // The line broke between the promise and what was promised.
      if (owed.next === 'transfer' && !this.#floor.over) void this.#transfer();
    };
    if (!text) return finished();
    try {
      const { pcm } = await this.#deps.calls.steps.speak(text, this.#options.style);
      // Whoever speaks already has gone on.
      if (!this.#idleLine) return;
      this.#floor.send('replyStarted');
      await this.#voice.speak(framesOf(text, pcm), { owed, finished });
    } catch (error) {
      this.#fail(error, turn);
    }
  }

  /** Nobody speaks, and nobody is about to. */
  get #idleLine(): boolean {
    return this.#floor.state === 'listening' && !(this.#voice.speaking || this.#attempt || this.#ears.inTurn);
  }

  /** Says a prompt, unless something is being said; a caller may interrupt it like a reply. */
  #prompt(name: PromptName, finished?: () => void): void {
    if (this.#voice.speaking) return;
    this.#floor.send('replyStarted');
    this.#voice.prompt(name, () => {
      this.#floor.send('replyFinished');
      finished?.();
    });
  }

  /** The bot's first words, before anybody has spoken. */
  #open(greet: boolean): void {
    this.#floor.send('replyStarted');
    this.#voice.open(greet, () => this.#floor.send('replyFinished'));
  }

  /** Dead air: the caller is told to wait a moment. */
  #fillLater(attempt: TurnAttempt): void {
    attempt.startFiller(this.#deps.settings.fillerMs, () => {
      if (this.#attempt === attempt && !this.#floor.over) this.#voice.prompt('filler');
    });
  }

  #tick(): void {
    const now = performance.now();
    if (this.#ears.inTurn && now - this.#lastAudioAt > gapMs) {
      // Nothing comes any more: to the ears that is silence.
      this.#lastAudioAt += tickMs;
      this.#ears.push(new Float32Array((16_000 * tickMs) / 1000));
    }
    const step = this.#idle.step(now, !this.#idleLine);
    if (step === 'ask') this.#prompt('stillThere');
    if (step === 'end') this.#prompt('idleGoodbye', () => void this.end('idle'));
    if (this.#tap.mustGo && this.#idleLine) this.#caller.restart?.();
  }
}
