import type { SpeechFrame } from '../../media/speech-frames.ts';
import type { LineCodec } from './audio-format.ts';
import type { Ears } from './ears.ts';
import type { CallerLine } from './live-setup.ts';
import { type MouthLine, Utterance } from './mouth.ts';
import type { OwedReply } from './owed-reply.ts';
import type { PromptName, Prompts } from './prompts.ts';
import type { LiveEvents } from './protocol.ts';
import type { TurnAttempt } from './turn-attempt.ts';

/** Whose words they are; a prompt is nobody's: no turn, and nothing that the model is reminded of. */
export interface Speech {
  /** Whose reply it is. */
  readonly attempt?: TurnAttempt | undefined;
  /** A reply that was made while nobody was on the line. */
  readonly owed?: OwedReply | undefined;
  /** It was played to its end. */
  readonly finished?: ((utterance: Utterance) => void) | undefined;
}

export interface Speaking extends Speech {
  readonly utterance: Utterance;
  /** It has not begun: the caller spoke again before. */
  readonly withheld?: boolean;
}

const tickMs = 40;

/** What the bot says to one caller, one thing at a time, and what the caller's client is told of it. */
export class BotVoice {
  readonly #caller: CallerLine;
  readonly #codec: LineCodec;
  readonly #ears: Ears;
  readonly #prompts: Prompts;
  readonly #rateHz: number;
  readonly #failed: (error: unknown) => void;
  readonly #answered: (attempt: TurnAttempt, metrics: LiveEvents['turn.metrics']) => void;
  #speaking: Speaking | undefined;

  constructor(options: {
    readonly caller: CallerLine;
    readonly codec: LineCodec;
    /** They hear the bot too, and must know its voice from the caller's. */
    readonly ears: Ears;
    readonly prompts: Prompts;
    readonly rateHz: number;
    failed(error: unknown): void;
    /** A reply has begun, after this. */
    answered(attempt: TurnAttempt, metrics: LiveEvents['turn.metrics']): void;
  }) {
    this.#caller = options.caller;
    this.#codec = options.codec;
    this.#ears = options.ears;
    this.#prompts = options.prompts;
    this.#rateHz = options.rateHz;
    this.#failed = options.failed;
    this.#answered = options.answered;
  }

  get speaking(): Speaking | undefined {
    return this.#speaking;
  }

  /** Speaks in place of what was said before. Resolves when the last frame has come, or it was silenced. */
  async speak(frames: AsyncIterable<SpeechFrame>, speech: Speech): Promise<void> {
    const utterance = this.#utterance(speech);
    this.#speaking = { ...speech, utterance };
    this.#ears.botSpeaks = true;
    await utterance.play(frames);
  }

  /** Says a prompt, unless something is being said. */
  prompt(name: PromptName, finished?: () => void): void {
    if (!this.#speaking) void this.speak(this.#prompts.frames(name), { finished });
  }

  /** Says what a call begins with. */
  open(greet: boolean, finished: () => void): void {
    void this.speak(this.#prompts.opening(greet), { finished });
  }

  /** Puts a reply that has not begun in place of what is said, so that it is given up, or goes on, like one that has. */
  withhold(attempt: TurnAttempt): void {
    this.#speaking?.utterance.stop();
    this.#speaking = { attempt, utterance: this.#utterance({ attempt }), withheld: true };
  }

  /** Silent at once, to go on where the caller stopped hearing. */
  hold(): void {
    if (!this.#speaking) return;
    const { utterance } = this.#speaking;
    if (utterance.held || utterance.over) return;
    utterance.hold();
    const turn = turnOf(this.#speaking);
    if (turn !== undefined && utterance.held) this.#caller.sendEvent({ type: 'reply.paused', turn });
  }

  goOn(): void {
    if (!this.#speaking?.utterance.held) return;
    this.#speaking.utterance.resume();
    const turn = turnOf(this.#speaking);
    if (turn !== undefined) this.#caller.sendEvent({ type: 'reply.resumed', turn });
  }

  /** Silent for good. @returns what was being said. */
  silence(): Speaking | undefined {
    const speaking = this.#speaking;
    speaking?.utterance.stop();
    this.#fallSilent();
    return speaking;
  }

  /** A prompt that has begun is spoken to its end. */
  async promptOver(): Promise<void> {
    while (this.#speaking && !this.#speaking.attempt) await new Promise((resolve) => setTimeout(resolve, tickMs));
  }

  #fallSilent(): void {
    this.#speaking = undefined;
    this.#ears.botSpeaks = false;
  }

  #utterance(speech: Speech): Utterance {
    const { attempt, finished } = speech;
    const turn = turnOf(speech);
    const line: MouthLine = {
      sendAudio: (samples) => {
        const floats = Float32Array.from(samples, (sample) => sample / 32_768);
        this.#ears.hearOwnVoice(this.#codec.toEars(floats));
        this.#caller.sendAudio(this.#codec.encode(floats));
      },
      dropAudio: () => this.#caller.dropAudio(),
    };
    const utterance: Utterance = new Utterance({
      line,
      rateHz: this.#rateHz,
      listener: {
        began: () => {
          if (turn !== undefined) this.#caller.sendEvent({ type: 'reply.started', turn });
          if (attempt) this.#tellMetrics(attempt);
        },
        text: (text) => {
          if (turn !== undefined) this.#caller.sendEvent({ type: 'reply.text', turn, text });
        },
        finished: () => {
          this.#fallSilent();
          if (turn !== undefined) this.#caller.sendEvent({ type: 'reply.done', turn });
          finished?.(utterance);
        },
        failed: this.#failed,
      },
    });
    return utterance;
  }

  #tellMetrics(attempt: TurnAttempt): void {
    attempt.marks.firstAudio = performance.now();
    const tell = async () => {
      const metrics = attempt.metrics(await attempt.outcome);
      if (!metrics) return;
      this.#caller.sendEvent(metrics);
      this.#answered(attempt, metrics);
    };
    tell().catch(() => undefined);
  }
}

const turnOf = ({ attempt, owed }: Speech): number | undefined => attempt?.turn ?? owed?.turn;
