import { EventEmitter, once } from 'node:events';
import { toPcm16 } from '../../audio/pcm.ts';
import { VoicebotError } from '../../domain/errors.ts';
import { createLineCodec, type LineCodec } from './audio-format.ts';
import type { CallerLine } from './live-setup.ts';
import type { AudioFormat, LiveEvent } from './protocol.ts';

export type Speaker = 'caller' | 'bot';

/** Somebody who listens in. */
export interface Listener {
  /** PCM16 mono at 16 kHz, as it is spoken. */
  audio(speaker: Speaker, pcm: Uint8Array): void;
  event(event: LiveEvent): void;
  /** The line is gone. */
  closed(): void;
}

/** A line that somebody may listen to. */
export interface TappedLine {
  readonly caller: CallerLine;
  /** What the caller says; samples at 16 kHz. */
  heard(samples: Float32Array): void;
  /** The process ends soon: this caller is to connect to another one before they speak again. */
  readonly mustGo: boolean;
  closed(): void;
}

interface OpenLine {
  readonly format: AudioFormat;
  readonly listeners: Set<Listener & { readonly codec: LineCodec }>;
  /** Its caller can be asked to connect anew. */
  readonly restarts: boolean;
  transfer(): Promise<boolean>;
}

/** More are not listening but recording. */
const maxListeners = 8;

/** The live lines of this process: for people who listen in or take a call over, and for a process that ends. */
export class LiveLines {
  readonly #lines = new Map<string, OpenLine>();
  readonly #rateHz: number;
  readonly #events = new EventEmitter<{ closed: [] }>();
  #leaving = false;

  /** @param rateHz of the voice. */
  constructor(rateHz: number) {
    this.#rateHz = rateHz;
  }

  /** @param transfer hands the caller to a person; tells whether somebody took the call. */
  open(sessionId: string, format: AudioFormat, caller: CallerLine, transfer: () => Promise<boolean>): TappedLine {
    const listeners: OpenLine['listeners'] = new Set();
    const line: OpenLine = { format, listeners, transfer, restarts: caller.restart !== undefined };
    this.#lines.set(sessionId, line);
    const mustGo = () => this.#leaving && line.restarts;
    return {
      get mustGo() {
        return mustGo();
      },
      caller: {
        line: caller.line,
        dropAudio: () => caller.dropAudio(),
        close: () => caller.close(),
        restart: () => caller.restart?.(),
        sendAudio: (bytes) => {
          caller.sendAudio(bytes);
          for (const { codec, audio } of listeners) audio('bot', toPcm16(codec.decode(bytes)));
        },
        sendEvent: (event) => {
          caller.sendEvent(event);
          for (const listener of listeners) listener.event(event);
        },
      },
      heard: (samples) => {
        if (listeners.size === 0) return;
        const pcm = toPcm16(samples);
        for (const { audio } of listeners) audio('caller', pcm);
      },
      closed: () => {
        if (this.#lines.get(sessionId) === line) this.#lines.delete(sessionId);
        for (const listener of listeners) {
          listener.codec.close();
          listener.closed();
        }
        listeners.clear();
        this.#events.emit('closed');
      },
    };
  }

  /** The process ends soon, and takes no new lines. */
  get leaving(): boolean {
    return this.#leaving;
  }

  /**
   * From now on lines go as soon as nobody speaks on them, and no new ones are taken. Resolves once those that can connect anew have
   * gone, or the time is up.
   */
  async leave(timeUp: AbortSignal): Promise<void> {
    this.#leaving = true;
    const stay = () => [...this.#lines.values()].some(({ restarts }) => restarts);
    while (!timeUp.aborted && stay()) await once(this.#events, 'closed', { signal: timeUp }).catch(() => undefined);
  }

  /** Whether this process holds the line of a session. */
  has(sessionId: string): boolean {
    return this.#lines.has(sessionId);
  }

  /** @returns what ends the listening. @throws VoicebotError `conflict` where nobody is on a line here, `limit-reached`. */
  async listen(sessionId: string, listener: Listener): Promise<() => void> {
    const line = this.#lineOf(sessionId);
    if (line.listeners.size >= maxListeners) {
      throw new VoicebotError('limit-reached', `${maxListeners} are listening to this call already.`);
    }
    const tapped = { ...listener, codec: await createLineCodec(line.format, this.#rateHz) };
    // The line may have gone meanwhile.
    if (this.#lines.get(sessionId) !== line) {
      tapped.codec.close();
      throw notHere(sessionId);
    }
    line.listeners.add(tapped);
    return () => {
      if (line.listeners.delete(tapped)) tapped.codec.close();
    };
  }

  /** @returns whether a person took the call. @throws VoicebotError `conflict` where nobody is on a line here. */
  transfer(sessionId: string): Promise<boolean> {
    return this.#lineOf(sessionId).transfer();
  }

  #lineOf(sessionId: string): OpenLine {
    const line = this.#lines.get(sessionId);
    if (!line) throw notHere(sessionId);
    return line;
  }
}

const notHere = (sessionId: string) =>
  new VoicebotError('conflict', `Nobody is on a line of the session '${sessionId}'.`, {
    hint: 'A call in writing has no line. One that has just begun is found after its first turn, where several API processes run.',
  });
