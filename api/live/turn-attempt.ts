import { randomUUID } from 'node:crypto';
import { toPcm16 } from '../../audio/pcm.ts';
import type { Playback, SpeechStyle, TurnOutcome } from '../../domain/call.ts';
import type { SpokenSecret } from '../../domain/dialog/state.ts';
import type { TranscriptLine } from '../../domain/transcript-line.ts';
import { linesOf } from '../../media/lines.ts';
import { readFrames, type SpeechFrame } from '../../media/speech-frames.ts';
import { keptTraceId } from '../../telemetry/call-trace.ts';
import type { RunningTurn } from '../call-turns.ts';
import type { CallService } from '../calls.ts';
import type { LiveEvents } from './protocol.ts';

export interface TurnAttemptOptions {
  readonly calls: CallService;
  readonly sessionId: string;
  readonly turn: number;
  readonly style: SpeechStyle;
  readonly language: string | undefined;
  readonly duringReply: boolean;
  /** Keyed in, instead of spoken. */
  readonly digits?: SpokenSecret | undefined;
  /** What was heard of the reply before, as the call is told with this turn; asked for once its number is known. */
  readonly played?: (() => Playback) | undefined;
  /** What the workflow must hear of first. */
  readonly after: Promise<void>;
}

/** Moments of a turn, `performance.now()`. */
interface Marks {
  speechEnded?: number;
  paused?: number;
  transcribed?: number;
  spoken?: number;
  released?: number;
  firstAudio?: number;
}

/** One attempt at a turn: its pipes, what came through them so far, and when. */
export class TurnAttempt {
  readonly id = randomUUID();
  readonly duringReply: boolean;
  readonly marks: Marks = {};
  readonly outcome: Promise<TurnOutcome>;
  /** Settles once the call has taken the turn, or refused it. */
  readonly accepted: Promise<void>;
  /** Whether the call has refused it, or was not reached. */
  readonly refused: Promise<boolean>;
  transcript: string | undefined;
  /** No call has taken it. */
  failed = false;
  /** The workflow was told what was heard. */
  reported = false;
  #turn: number;
  readonly #running: RunningTurn;
  readonly #said: string[] = [];
  readonly #frames: SpeechFrame[] = [];
  #framesEnded = false;
  #framesFailed: unknown;
  #arrived: (() => void)[] = [];
  #filler: NodeJS.Timeout | undefined;

  constructor(options: TurnAttemptOptions, onTranscript: (line: TranscriptLine) => void) {
    const { calls, sessionId, turn, style, language, duringReply, digits, played, after } = options;
    this.#turn = turn;
    this.duringReply = duringReply;
    const asked = { turn, attempt: this.id, style, language, duringReply, digits, played };
    this.#running = calls.turns.takeLive(sessionId, asked, after);
    this.refused = this.#running.accepted.then((taken) => taken === undefined);
    this.outcome = this.#running.outcome;
    this.outcome.catch(() => undefined);
    this.accepted = this.#running.accepted.then((taken) => {
      if (taken !== undefined) this.#turn = taken;
    });
    void this.#readTranscript(onTranscript).catch(() => undefined);
    void this.#readSpeech();
  }

  /** Its number by the line's count, and by the call's as soon as that has taken it. */
  get turn(): number {
    return this.#turn;
  }

  hear(samples: Float32Array): void {
    const { heard } = this.#running.pipes.pipes;
    if (!heard.ended) heard.write(toPcm16(samples));
  }

  pause(speechEndedAt: number): void {
    this.marks.speechEnded = speechEndedAt;
    this.marks.paused = performance.now();
    this.#running.pipes.pipes.heard.end();
  }

  get released(): boolean {
    return this.marks.released !== undefined;
  }

  release(): void {
    if (this.released) return;
    this.marks.released = performance.now();
    // What changes something at the bank has waited for this.
    this.#running.pipes.pipes.released.end();
  }

  /** Everything of the reply that has become speech. */
  get saidText(): string {
    return this.#said.join(' ');
  }

  /** Words that came another way than by the pipe. */
  addSaid(text: string): void {
    this.#said.push(text);
  }

  /** Resolves once there is something to say, or it is clear that nothing comes. */
  async firstFrame(): Promise<void> {
    while (this.#frames.length === 0 && !this.#framesEnded) await this.#next();
  }

  /** The reply from its beginning. @throws what ended the pipe, where it failed. */
  async *frames(): AsyncGenerator<SpeechFrame> {
    for (let i = 0; ; ) {
      while (i < this.#frames.length) yield this.#frames[i++] as SpeechFrame;
      if (this.#framesFailed) throw this.#framesFailed;
      if (this.#framesEnded) return;
      await this.#next();
    }
  }

  startFiller(afterMs: number, play: () => void): void {
    if (afterMs > 0) this.#filler ??= setTimeout(play, afterMs);
  }

  stopFiller(): void {
    clearTimeout(this.#filler);
  }

  /** The caller has taken the floor. */
  interrupt(): void {
    this.stopFiller();
    this.#running.pipes.interrupt();
  }

  /** Frees the pipes; steps that still use them stop. */
  close(): void {
    this.stopFiller();
    this.#running.pipes.close();
  }

  /** From the caller's last sound to the first audio of the reply; unset before that. */
  get waitedMs(): number | undefined {
    const { speechEnded, firstAudio } = this.marks;
    return speechEnded === undefined || firstAudio === undefined ? undefined : firstAudio - speechEnded;
  }

  /** Parts of that, milliseconds by name; unset before the reply has begun. */
  waitParts: Readonly<Record<string, number>> | undefined;

  /** Adds how long the caller waited to the turn's trace. @returns the trace's id, where it is kept. */
  async traceWait(): Promise<string | undefined> {
    const { speechEnded, paused, transcribed, released, firstAudio } = this.marks;
    const turnTrace = await this.#running.turnTrace;
    if (!turnTrace || !speechEnded || !paused || !firstAudio) return undefined;
    const at = (mark: number) => performance.timeOrigin + mark;
    turnTrace.waited([
      ['caller waits', at(speechEnded), at(firstAudio)],
      ['endpointing', at(speechEnded), at(paused)],
      ...(transcribed ? [['words awaited', at(paused), at(transcribed)] as const] : []),
      ...(released && released > paused ? [['release awaited', at(paused), at(released)] as const] : []),
    ]);
    return keptTraceId(turnTrace.context);
  }

  /** Where the time went, once the reply is known and has begun. */
  metrics(outcome: TurnOutcome): LiveEvents['turn.metrics'] | undefined {
    const { speechEnded, paused, transcribed, spoken, released, firstAudio } = this.marks;
    if (!speechEnded || !paused || !transcribed || !spoken || !released || !firstAudio) return undefined;
    const { searchMs, firstSentenceMs, firstAudioMs } = outcome.timings;
    const round = (value: number) => Math.round(value * 10) / 10;
    const steps = (searchMs ?? 0) + (firstSentenceMs ?? 0) + (firstAudioMs ?? 0);
    return {
      type: 'turn.metrics',
      turn: this.turn,
      source: outcome.source,
      voiceToVoiceMs: round(firstAudio - speechEnded),
      endpointingMs: round(paused - speechEnded),
      transcribeMs: round(transcribed - paused),
      ...(searchMs === undefined ? {} : { lookupMs: round(searchMs) }),
      ...(firstSentenceMs === undefined ? {} : { thinkMs: round(firstSentenceMs) }),
      ...(firstAudioMs === undefined
        ? {}
        : { speakMs: round(firstAudioMs), temporalMs: round(Math.max(0, spoken - transcribed - steps)) }),
      releaseMs: round(Math.max(0, firstAudio - Math.max(spoken, transcribed))),
    };
  }

  async #readTranscript(onTranscript: (line: TranscriptLine) => void): Promise<void> {
    for await (const line of linesOf(this.#running.pipes.pipes.transcript.read())) {
      const heard = JSON.parse(line) as TranscriptLine;
      if (heard.final) this.marks.transcribed = performance.now();
      onTranscript(heard);
    }
  }

  async #readSpeech(): Promise<void> {
    try {
      for await (const frame of readFrames(this.#running.pipes.pipes.spoken.read())) {
        if (frame.kind === 'text') this.#said.push(frame.text);
        else this.marks.spoken ??= performance.now();
        this.#frames.push(frame);
        this.#wake();
      }
    } catch (error) {
      this.#framesFailed = error;
    }
    this.#framesEnded = true;
    this.#wake();
  }

  #next(): Promise<void> {
    return new Promise((resolve) => this.#arrived.push(resolve));
  }

  #wake(): void {
    const waiting = this.#arrived;
    this.#arrived = [];
    for (const wake of waiting) wake();
  }
}
