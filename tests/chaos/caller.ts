import { setTimeout as sleep } from 'node:timers/promises';
import { toPcm16 } from '../../audio/pcm.ts';
import { LiveClient, type LiveEvent } from '../../client/live-client.ts';
import { wording } from '../../domain/wording.ts';
import { spokenText, textsInBytes } from '../fakes/spoken-text.ts';
import { spokenSamples, standInRateHz } from '../fakes/stand-in-engines.ts';

/** What a caller says, as samples at 16 kHz. */
export interface Utterance {
  readonly text: string;
  readonly samples: Float32Array;
}

/** What a caller has to tell of one thing they said. */
export interface Heard {
  readonly text: string;
  /** How often they had to say it. */
  readonly said: number;
  /** Numbers under which the service understood it. */
  readonly turns: readonly number[];
  readonly result: 'answered' | 'apology' | 'unanswered';
  /** From the end of their speech, said the first time, to the beginning of the reply. */
  readonly waitMs: number;
  /** The longest time without any sound in it. */
  readonly silenceMs: number;
}

export interface CallerOptions {
  readonly sessionId: string;
  /** Of the API processes; the caller takes the next one when theirs does not answer. */
  readonly urls: readonly string[];
  /** The words of sound can be read: the fake voice spells them. */
  readonly readable: boolean;
  readonly log: (line: string) => void;
  readonly onEvent?: (event: LiveEvent) => void;
}

const frameMs = 20;
const frameBytes = (standInRateHz * 2 * frameMs) / 1000;
const silence = new Uint8Array(frameBytes);
const answerTimeoutMs = 30_000;
/** How long a caller who is back waits for the answer to what they said before they say it again. */
const owedWaitMs = 4_000;
const reconnectTimeoutMs = 45_000;
const maxTimesSaid = 6;
/** Audio above this is sound. */
const audible = 300;

type Step = 'answered' | 'apology' | 'gone' | 'nothing';

/** A person on a line: has a microphone that never stops, comes back when the line breaks, and repeats what was not answered. */
export class ChaosCaller {
  readonly #options: CallerOptions;
  #client: LiveClient | undefined;
  #url = 0;
  #pending: Uint8Array = new Uint8Array(0);
  #spoken = () => {};
  #open = true;
  #ended = false;
  readonly #microphone: Promise<void>;
  #events: LiveEvent[] = [];
  #arrived = () => {};
  #sound: Buffer[] = [];
  #lastSoundAt = 0;
  #longestSilenceMs = 0;
  /** Words that were heard, line by line, over the whole call. */
  readonly heardTexts: string[] = [];
  reconnects = 0;
  /** Words of replies by turn, as the service told them. */
  readonly told = new Map<number, string[]>();

  constructor(options: CallerOptions) {
    this.#options = options;
    this.#microphone = this.#run();
  }

  get sessionId(): string {
    return this.#options.sessionId;
  }

  /** The service has ended the call. */
  get ended(): boolean {
    return this.#ended;
  }

  async say(utterance: Utterance): Promise<Heard> {
    const turns = new Set<number>();
    let firstEndedAt: number | undefined;
    for (let said = 1; ; said++) {
      await this.#connect();
      this.#events = [];
      const gone = this.#gone();
      const spokeAll = await Promise.race([this.#speak(utterance).then(() => true), gone.then(() => false)]);
      const endedAt = performance.now();
      firstEndedAt ??= endedAt;
      if (said === 1) {
        this.#startedAt = undefined;
        this.#lastSoundAt = endedAt;
        this.#longestSilenceMs = 0;
      }
      let step: Step = spokeAll ? await this.#answer(turns, answerTimeoutMs, gone) : 'gone';
      if (step === 'gone' && !this.#ended) {
        this.#options.log(`${this.sessionId}: the line is gone`);
        this.#forgetCutWords();
        await this.#connect();
        // The service may owe the answer.
        step = await this.#answer(turns, owedWaitMs, this.#gone());
      }
      const silenceMs = Math.max(this.#longestSilenceMs, 0);
      const known = { text: utterance.text, said, turns: [...turns], silenceMs };
      if (step === 'answered') return { ...known, result: 'answered', waitMs: (this.#startedAt ?? Number.NaN) - firstEndedAt };
      if (step === 'apology') return { ...known, result: 'apology', waitMs: performance.now() - firstEndedAt };
      if (this.#ended || said >= maxTimesSaid)
        return { ...known, result: 'unanswered', waitMs: performance.now() - firstEndedAt };
      this.#options.log(`${this.sessionId}: says it again (${step})`);
    }
  }

  /** Says something and does not care whether it is answered. */
  async hangUp(): Promise<void> {
    for (let tries = 0; !this.#ended && tries < 5; tries++) {
      try {
        await this.#connect();
        this.#client?.hangUp();
        await this.#client?.next('call.ended', { timeoutMs: 10_000 });
        this.#ended = true;
      } catch {
        await sleep(300);
      }
    }
    await this.leave();
  }

  /** Stays on the line until the service ends the call. */
  async waitForEnd(timeoutMs: number): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    while (!this.#ended && performance.now() < deadline) {
      this.#ended = this.#events.some(({ type }) => type === 'call.ended');
      if (!this.#client?.isOpen) {
        await this.#connect().catch(() => {
          // The session has ended: nobody may connect to it any more.
          this.#ended = true;
        });
      }
      await sleep(100);
    }
  }

  async leave(): Promise<void> {
    this.#open = false;
    this.#collectSound();
    this.#client?.terminate();
    await this.#microphone;
  }

  /** When the reply to what is being said began. */
  #startedAt: number | undefined;

  /** Waits until a reply was heard to its end. */
  async #answer(turns: Set<number>, timeoutMs: number, gone: Promise<void>): Promise<Step> {
    const deadline = performance.now() + timeoutMs;
    let isGone = false;
    void gone.then(() => {
      isGone = true;
      this.#arrived();
    });
    let started = false;
    let apologised = false;
    for (;;) {
      for (let event = this.#events.shift(); event; event = this.#events.shift()) {
        switch (event.type) {
          case 'transcript.final':
            turns.add(event.turn);
            break;
          case 'reply.started':
            this.#startedAt ??= performance.now();
            started = true;
            turns.add(event.turn);
            break;
          case 'reply.text':
            this.told.set(event.turn, [...(this.told.get(event.turn) ?? []), event.text]);
            apologised ||= event.text === wording.apology;
            break;
          case 'reply.done':
            return apologised ? 'apology' : 'answered';
          case 'error':
            this.#options.log(`${this.sessionId}: ${event.problem.detail}`);
            if (event.turn !== undefined && !started) {
              turns.add(event.turn);
              // It is told aloud as well.
              await sleep(500);
              return 'apology';
            }
            break;
          case 'call.ended':
            this.#ended = true;
            return started ? 'answered' : 'gone';
        }
      }
      if (isGone) return 'gone';
      // A reply that has begun is heard to its end.
      const left = deadline + (started ? answerTimeoutMs : 0) - performance.now();
      if (left <= 0) return 'nothing';
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#arrived = () => [clearTimeout(timer), resolve()];
        if (this.#events.length > 0 || isGone) this.#arrived();
      });
    }
  }

  #forgetCutWords(): void {
    const { turn, text } = this.#client?.heard ?? {};
    if (turn !== undefined) this.told.set(turn, text ? [text] : []);
  }

  #gone(): Promise<void> {
    const client = this.#client;
    return client ? client.closed.then(() => undefined) : Promise.resolve();
  }

  async #connect(): Promise<void> {
    const { sessionId, urls, log } = this.#options;
    const deadline = performance.now() + reconnectTimeoutMs;
    for (let tries = 0; !this.#client?.isOpen && !this.#ended; tries++) {
      const baseUrl = urls[this.#url % urls.length] ?? '';
      try {
        if (this.#client) this.#collectSound();
        this.#client = await LiveClient.connect({
          baseUrl,
          sessionId,
          format: { encoding: 'pcm16', sampleRateHz: standInRateHz },
          heard: this.#client?.heard,
          onEvent: (event) => {
            this.#events.push(event);
            this.#options.onEvent?.(event);
            this.#arrived();
          },
          onAudio: (bytes) => this.#hear(bytes),
        });
        if (tries > 0) this.reconnects++;
      } catch (error) {
        this.#url++;
        if (tries === 0) log(`${sessionId}: ${(error as Error).message}`);
        if (performance.now() > deadline) throw new Error(`${sessionId} could not connect: ${(error as Error).message}`);
        await sleep(200);
      }
    }
  }

  #hear(bytes: Uint8Array): void {
    const now = performance.now();
    const samples = new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    if (samples.some((sample) => Math.abs(sample) > audible)) {
      if (this.#lastSoundAt > 0) this.#longestSilenceMs = Math.max(this.#longestSilenceMs, now - this.#lastSoundAt);
      this.#lastSoundAt = now;
    }
    if (this.#options.readable) this.#sound.push(Buffer.from(bytes));
  }

  /** What was heard on a line that has ended. */
  #collectSound(): void {
    if (this.#sound.length === 0) return;
    const bytes = Buffer.concat(this.#sound);
    this.#sound = [];
    // Words that were cut off in the middle are said again, as a person would.
    this.heardTexts.push(...textsInBytes(bytes, spokenSamples));
  }

  async #speak({ samples }: Utterance): Promise<void> {
    this.#pending = toPcm16(samples);
    await new Promise<void>((resolve) => {
      this.#spoken = resolve;
    });
  }

  async #run(): Promise<void> {
    const startedAt = performance.now();
    for (let frame = 0; this.#open; frame++) {
      const client = this.#client;
      if (client?.isOpen) client.sendAudio(this.#next());
      else this.#pending = new Uint8Array(0);
      await sleep(Math.max(0, startedAt + (frame + 1) * frameMs - performance.now()));
    }
  }

  #next(): Uint8Array {
    if (this.#pending.length === 0) return silence;
    const piece = this.#pending.subarray(0, frameBytes);
    this.#pending = this.#pending.subarray(piece.length);
    if (this.#pending.length === 0) this.#spoken();
    return piece.length === frameBytes ? piece : Buffer.concat([piece, silence.subarray(piece.length)]);
  }
}

/** Speech of the fake caller, as long as a person would take. */
export function fakeUtterance(text: string): Utterance {
  const spoken = spokenText(text, standInRateHz * 0.8);
  return { text, samples: Float32Array.from(spoken, (sample) => sample / 32_768) };
}
