import { setTimeout as sleep } from 'node:timers/promises';
import { fromPcm16, toPcm16 } from '../../audio/pcm.ts';
import { LiveClient, type LiveClientOptions, type LiveEvent } from '../../client/live-client.ts';

const frameMs = 20;

/** A caller with a microphone that never stops: silence unless something is said, in real time. */
export class LiveCaller {
  readonly client: LiveClient;
  readonly events: { readonly at: number; readonly event: LiveEvent }[];
  /** Audio that came, with its arrival. */
  readonly heard: { readonly at: number; readonly bytes: Uint8Array }[];
  readonly #frameBytes: number;
  readonly #silence: Uint8Array;
  #pending: Uint8Array = new Uint8Array(0);
  #spoken = () => {};
  #echo: { readonly gain: number; from: number } | undefined;
  #open = true;
  readonly #microphone: Promise<void>;

  private constructor(
    client: LiveClient,
    events: LiveCaller['events'],
    heard: LiveCaller['heard'],
    silenceByte: number,
    rate: number,
  ) {
    this.client = client;
    this.events = events;
    this.heard = heard;
    this.#frameBytes = (rate * frameMs) / 1000;
    this.#silence = new Uint8Array(this.#frameBytes).fill(silenceByte);
    this.#microphone = this.#run();
  }

  static async connect(options: Omit<LiveClientOptions, 'onEvent' | 'onAudio'>): Promise<LiveCaller> {
    const events: LiveCaller['events'] = [];
    const heard: LiveCaller['heard'] = [];
    const client = await LiveClient.connect({
      ...options,
      onEvent: (event) => events.push({ at: performance.now(), event }),
      onAudio: (bytes) => heard.push({ at: performance.now(), bytes }),
    });
    const { encoding, sampleRateHz } = client.started.format;
    const sampleBytes = encoding === 'pcm16' ? 2 : 1;
    return new LiveCaller(client, events, heard, encoding === 'pcm16' ? 0 : 0xff, sampleRateHz * sampleBytes);
  }

  /** Speaks audio in the call's format; resolves with the moment its last byte was sent. */
  async say(bytes: Uint8Array): Promise<number> {
    this.#pending = bytes;
    await new Promise<void>((resolve) => {
      this.#spoken = resolve;
    });
    return performance.now();
  }

  /** Speaks samples at 16 kHz. */
  saySamples(samples: Float32Array): Promise<number> {
    return this.say(toPcm16(samples));
  }

  /** From now on the line sends back what comes, softer; the call must be in PCM. */
  echo(gain: number): void {
    this.#echo = { gain, from: this.heard.length };
  }

  async leave(): Promise<void> {
    this.#open = false;
    await this.#microphone;
    await this.client.close();
  }

  async #run(): Promise<void> {
    const startedAt = performance.now();
    for (let frame = 0; this.#open; frame++) {
      if (!this.client.isOpen) return;
      this.client.sendAudio(this.#next());
      await sleep(Math.max(0, startedAt + (frame + 1) * frameMs - performance.now()));
    }
  }

  #next(): Uint8Array {
    const echo = this.#echoed();
    if (this.#pending.length === 0) return echo ?? this.#silence;
    const piece = this.#pending.subarray(0, this.#frameBytes);
    this.#pending = this.#pending.subarray(piece.length);
    const frame = piece.length === this.#frameBytes ? piece : Buffer.concat([piece, this.#silence.subarray(piece.length)]);
    if (this.#pending.length === 0) this.#spoken();
    return echo ? mixed(frame, echo) : frame;
  }

  /** What came since the last frame is sent back with the next, also under the caller's own words: an echo does not wait. */
  #echoed(): Uint8Array | undefined {
    const next = this.#echo && this.heard[this.#echo.from];
    if (!this.#echo || !next) return undefined;
    this.#echo.from++;
    const { gain } = this.#echo;
    return toPcm16(fromPcm16(next.bytes).map((sample) => sample * gain));
  }
}

function mixed(a: Uint8Array, b: Uint8Array): Uint8Array {
  const under = fromPcm16(b);
  return toPcm16(fromPcm16(a).map((sample, i) => sample + (under[i] ?? 0)));
}
