import { LiveClient, type LiveEvent } from '../../client/live-client.ts';
import { messageOf } from '../../domain/errors.ts';

export const sampleRateHz = 16_000;
export const frameMs = 20;
export const frameBytes = (sampleRateHz * 2 * frameMs) / 1000;
const silence = new Uint8Array(frameBytes);
/** Samples above this are sound. */
const audible = 300;
const answerMs = 30_000;

export type Answer = 'answered' | 'apology' | 'error' | 'no answer' | 'line gone';

export interface Asked {
  readonly answer: Answer;
  readonly why: string | null;
  /** When the last of the words was sent, and how long after it the first sound came; null where none came. */
  readonly endedAt: number;
  readonly waitMs: number | null;
}

/** Somebody on a line, whose microphone is always on: frames are taken from it at their time, by whoever keeps the time. */
export class Caller {
  readonly #client: LiveClient;
  #words: Uint8Array = new Uint8Array(0);
  #saidAll: (() => void) | undefined;
  #firstSoundAt: number | undefined;
  readonly #listening: { heard: (event: LiveEvent) => void };

  private constructor(
    client: LiveClient,
    listening: { heard: (event: LiveEvent) => void },
    sound: { heard: (bytes: Uint8Array) => void },
  ) {
    this.#client = client;
    this.#listening = listening;
    sound.heard = (bytes) => {
      if (this.#firstSoundAt === undefined && isSound(bytes)) this.#firstSoundAt = performance.now();
    };
  }

  /** @throws ConnectionClosed where the service takes no more callers. */
  static async connect(options: {
    readonly baseUrl: string;
    readonly sessionId: string;
    readonly token: string | undefined;
  }): Promise<Caller> {
    const listening = { heard: (_: LiveEvent) => {} };
    const sound = { heard: (_: Uint8Array) => {} };
    const client = await LiveClient.connect({
      ...options,
      format: { encoding: 'pcm16', sampleRateHz },
      onEvent: (event) => listening.heard(event),
      onAudio: (bytes) => sound.heard(bytes),
    });
    return new Caller(client, listening, sound);
  }

  get open(): boolean {
    return this.#client.isOpen;
  }

  /** Sends what the microphone has taken up in the last 20 ms. */
  sendFrame(): void {
    if (!this.open) return;
    if (this.#words.length === 0) return this.#client.sendAudio(silence);
    const piece = this.#words.subarray(0, frameBytes);
    this.#words = this.#words.subarray(frameBytes);
    this.#client.sendAudio(piece.length === frameBytes ? piece : Buffer.concat([piece, silence.subarray(piece.length)]));
    if (this.#words.length === 0) this.#saidAll?.();
  }

  /** Says something, and waits until the answer to it is over. Never rejects. */
  async ask(words: Uint8Array): Promise<Asked> {
    let apologised = false;
    let problem: string | undefined;
    const over = new Promise<Answer>((done) => {
      this.#listening.heard = (event) => {
        if (event.type === 'error') {
          problem = event.problem.detail;
          apologised = true;
        }
        if (event.type === 'reply.done') done(apologised ? 'apology' : 'answered');
        if (event.type === 'call.ended') done('answered');
      };
    });
    const gone = this.#client.closed.then((closed): Answer => {
      problem = messageOf(closed);
      return 'line gone';
    });
    const said = new Promise<void>((done) => {
      this.#saidAll = done;
    });
    this.#words = words;
    await Promise.race([said, gone]);
    const endedAt = performance.now();
    this.#firstSoundAt = undefined;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Answer>((done) => {
      timer = setTimeout(() => done(problem === undefined ? 'no answer' : 'error'), answerMs);
    });
    const answer = await Promise.race([over, gone, late]);
    clearTimeout(timer);
    const waitMs = this.#firstSoundAt === undefined ? null : this.#firstSoundAt - endedAt;
    return { answer, why: problem ?? null, endedAt, waitMs };
  }

  async hangUp(): Promise<void> {
    if (this.open) this.#client.hangUp();
    const ended = this.#client.closed;
    const late = setTimeout(() => this.#client.terminate(), 5_000);
    await ended;
    clearTimeout(late);
  }
}

function isSound(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 1 < bytes.length; at += 2) if (Math.abs(view.getInt16(at, true)) > audible) return true;
  return false;
}
