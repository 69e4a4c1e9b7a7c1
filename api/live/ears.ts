import { EndOfTurn } from '../../domain/endpointing/end-of-turn.ts';
import type { Expectation } from '../../domain/endpointing/evidence.ts';
import type { TranscriptLine } from '../../domain/transcript-line.ts';
import { EchoDetector } from './echo.ts';
import { type EndpointEvent, Endpointer, type EndpointingSettings, frameMs } from './endpointing.ts';

/** What the ears need of the engines: voice activity frame by frame, and whether a turn sounds finished. */
export interface EarEngines {
  follow(): { push(frame: Float32Array): Promise<number>; close(): void };
  finished(samples: Float32Array, options: { readonly signal: AbortSignal }): Promise<number>;
}

export interface EarSettings extends Omit<EndpointingSettings, 'releaseMs'> {
  /** Silence after a turn that is surely finished. */
  readonly releaseMinMs: number;
  /** Silence after one that is surely not. */
  readonly releaseMaxMs: number;
}

export interface EarListener {
  /** Perhaps the caller begins to speak; `started` or `dismissed` follows. */
  suspected(): void;
  dismissed(): void;
  /** `audio`: the turn from its beginning. */
  started(audio: Float32Array): void;
  /** Further audio of the turn, while the caller speaks. */
  audio(samples: Float32Array): void;
  /** @param speechEndedAt `performance.now()` of the last sound of the caller. */
  paused(speechEndedAt: number): void;
  /** The caller goes on; `audio`: the whole turn so far. */
  resumed(audio: Float32Array): void;
  released(): void;
  failed(error: unknown): void;
}

export const heardRateHz = 16_000;
const frameSamples = 512;
/** The transcript of a pause is made first, and the answer looked up; the voice is judged once it is there. Where many fall silent at once, judging would take the cores from the transcripts of all. */
const judgeAfterMs = 400;
const judgeAfterTranscriptMs = 40;
/** Audio before the first sound that belongs to it. */
const prerollFrames = 10;
/** Pauses of a caller that tell how they pause. */
const rememberedHesitations = 8;
/** Frames that may wait for the detector; a caller whose frames pile up is not in real time. */
const maxWaitingFrames = 256;

/** Hears one caller: cuts frames, asks the detectors, and says when turns begin, pause and end. */
export class Ears {
  readonly #settings: EarSettings;
  readonly #engines: EarEngines;
  readonly #listener: EarListener;
  readonly #follower: ReturnType<EarEngines['follow']>;
  readonly #endpointer: Endpointer;
  readonly #endOfTurn = new EndOfTurn();
  readonly #echo = new EchoDetector();
  readonly #rest = new Float32Array(frameSamples);
  #restLength = 0;
  #preroll: Float32Array[] = [];
  #turn: Float32Array[] = [];
  #order: Promise<void> = Promise.resolve();
  #waiting = 0;
  #judging: AbortController | undefined;
  #judgeTimer: NodeJS.Timeout | undefined;
  #voice: number | undefined;
  #transcript: TranscriptLine | undefined;
  #expected: Expectation | undefined;
  #hesitationsMs: readonly number[] = [];
  #speechEndedAt = 0;
  #closed = false;
  /** The bot speaks: what sounds like it is no caller. */
  botSpeaks = false;

  constructor(settings: EarSettings, engines: EarEngines, listener: EarListener) {
    this.#settings = settings;
    this.#engines = engines;
    this.#listener = listener;
    this.#follower = engines.follow();
    this.#endpointer = new Endpointer({ ...settings, releaseMs: this.#releaseMs() });
  }

  get inTurn(): boolean {
    return this.#endpointer.inTurn;
  }

  get speaking(): boolean {
    return this.#endpointer.speaking;
  }

  get turnMs(): number {
    return this.#endpointer.turnMs;
  }

  /** Samples at 16 kHz in [-1, 1], any number. */
  push(samples: Float32Array): void {
    for (let from = 0; from < samples.length; ) {
      const n = Math.min(frameSamples - this.#restLength, samples.length - from);
      this.#rest.set(samples.subarray(from, from + n), this.#restLength);
      this.#restLength += n;
      from += n;
      if (this.#restLength < frameSamples) break;
      this.#restLength = 0;
      this.#enqueue(this.#rest.slice());
    }
  }

  /** What the caller is played, at 16 kHz. */
  hearOwnVoice(samples: Float32Array): void {
    this.#echo.played(samples);
  }

  /** What the bot has asked for; it helps to tell whether an answer is finished. */
  expect(expected: Expectation | undefined): void {
    this.#expected = expected;
  }

  /** The words of the turn until this pause; they help to tell whether it is finished. */
  readTranscript(transcript: TranscriptLine): void {
    this.#transcript = transcript;
    this.#judgeIn(judgeAfterTranscriptMs);
    this.#endpointer.expectRelease(this.#releaseMs());
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#judgeTimer);
    this.#judging?.abort();
    this.#follower.close();
  }

  #enqueue(frame: Float32Array): void {
    if (this.#closed || this.#waiting >= maxWaitingFrames) return;
    this.#waiting++;
    const arrivedAt = performance.now();
    this.#order = this.#order
      .then(() => this.#hear(frame, arrivedAt))
      .catch((error) => this.#listener.failed(error))
      .finally(() => {
        this.#waiting--;
      });
  }

  async #hear(frame: Float32Array, arrivedAt: number): Promise<void> {
    if (this.#closed) return;
    const heard = await this.#follower.push(frame);
    if (this.#closed) return;
    this.#echo.heard(frame);
    // Only what begins a turn is checked: once a caller speaks over the bot, both are heard.
    const mayBeEcho = heard >= 0.5 && this.botSpeaks && !this.#endpointer.inTurn;
    const probability = mayBeEcho && this.#echo.isEcho() ? 0 : heard;
    if (this.#endpointer.inTurn) this.#turn.push(frame);
    else this.#preroll = [...this.#preroll, frame].slice(-prerollFrames);
    if (probability >= 0.5) this.#speechEndedAt = arrivedAt;
    const event = this.#endpointer.push(probability);
    if (event) this.#tell(event);
    else if (this.#endpointer.speaking) this.#listener.audio(frame);
  }

  #tell(event: EndpointEvent): void {
    switch (event.type) {
      case 'suspected':
        return this.#listener.suspected();
      case 'dismissed':
        return this.#listener.dismissed();
      case 'started':
        this.#turn = this.#preroll;
        this.#preroll = [];
        this.#forgetJudgement();
        return this.#listener.started(joined(this.#turn));
      case 'paused':
        this.#judgeIn(judgeAfterMs);
        return this.#listener.paused(this.#speechEndedAt);
      case 'resumed':
        this.#hesitationsMs = [...this.#hesitationsMs, this.#endpointer.lastPauseMs].slice(-rememberedHesitations);
        this.#forgetJudgement();
        return this.#listener.resumed(joined(this.#turn));
      case 'released':
        this.#turn = [];
        return this.#listener.released();
    }
  }

  #judgeIn(afterMs: number): void {
    clearTimeout(this.#judgeTimer);
    this.#judgeTimer = setTimeout(() => this.#judge(), afterMs);
  }

  /** Asks the voice whether the turn is finished, once a pause. */
  #judge(): void {
    if (this.#judging || !this.#endpointer.inTurn || this.#endpointer.speaking) return;
    const judging = new AbortController();
    this.#judging = judging;
    // Eight seconds are all that is listened to.
    const recent = joined(this.#turn.slice(-Math.ceil(8000 / frameMs)));
    this.#engines.finished(recent, { signal: judging.signal }).then(
      (probability) => {
        if (judging.signal.aborted) return;
        this.#voice = probability;
        this.#endpointer.expectRelease(this.#releaseMs());
      },
      (error) => {
        if (!judging.signal.aborted) this.#listener.failed(error);
      },
    );
  }

  #forgetJudgement(): void {
    clearTimeout(this.#judgeTimer);
    this.#judging?.abort();
    this.#judging = undefined;
    this.#voice = undefined;
    this.#transcript = undefined;
  }

  #releaseMs(): number {
    const { releaseMinMs, releaseMaxMs } = this.#settings;
    return this.#endOfTurn.releaseMs(
      { minMs: releaseMinMs, maxMs: releaseMaxMs },
      {
        voice: this.#voice,
        words: this.#transcript?.text,
        ending: this.#transcript?.ending,
        digits: this.#transcript?.digits,
        expected: this.#expected,
        turnMs: this.#turn.length * frameMs,
        hesitationsMs: this.#hesitationsMs,
      },
    );
  }
}

function joined(frames: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(frames.length * frameSamples);
  for (const [i, frame] of frames.entries()) out.set(frame, i * frameSamples);
  return out;
}
