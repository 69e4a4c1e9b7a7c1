import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Problem } from '../../api/problem.ts';
import type { TurnTimings } from '../../domain/call.ts';

/** The fields of all kinds of events. */
export interface CallEvent {
  readonly type: string;
  readonly turn?: number;
  readonly text?: string;
  readonly language?: string;
  readonly source?: string;
  readonly timings?: TurnTimings;
  readonly problem?: Problem;
}

/** A caller: sends WAV messages and collects what comes back, in order. */
export class CallClient {
  readonly socket: WebSocket;
  readonly #messages: (Buffer | CallEvent)[] = [];
  #arrived = () => {};

  constructor(url: string) {
    this.socket = new WebSocket(url);
    this.socket.on('error', () => {});
    this.socket.on('message', (data: Buffer, binary) => {
      this.#messages.push(binary ? data : JSON.parse(data.toString()));
      this.#arrived();
    });
  }

  async open(): Promise<this> {
    await once(this.socket, 'open');
    return this;
  }

  /** The next message: audio as bytes, everything else as an object. */
  async next(timeoutMs = 60_000): Promise<Buffer | CallEvent> {
    const deadline = Date.now() + timeoutMs;
    while (this.#messages.length === 0) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve, reject) => {
        this.#arrived = resolve;
        timer = setTimeout(() => reject(new Error('No message came.')), Math.max(0, deadline - Date.now()));
      }).finally(() => clearTimeout(timer));
    }
    return this.#messages.shift() as Buffer;
  }

  async event(timeoutMs?: number): Promise<CallEvent> {
    const message = await this.next(timeoutMs);
    if (Buffer.isBuffer(message)) throw new Error('Audio came where an event was expected.');
    return message;
  }

  async audio(timeoutMs?: number): Promise<Buffer> {
    const message = await this.next(timeoutMs);
    if (!Buffer.isBuffer(message)) throw new Error(`An event came where audio was expected: ${JSON.stringify(message)}`);
    return message;
  }

  send(message: Uint8Array | object): void {
    this.socket.send(message instanceof Uint8Array ? message : JSON.stringify(message));
  }

  async close(): Promise<void> {
    if (this.socket.readyState === WebSocket.CLOSED) return;
    this.socket.close();
    await once(this.socket, 'close');
  }
}

/** The close code and problem with which a socket is refused. */
export async function refusal(url: string): Promise<{ code: number; problem: Problem | undefined }> {
  const client = new CallClient(url);
  const closed = once(client.socket, 'close');
  const { problem } = await client.event(10_000);
  return { code: (await closed)[0], problem };
}
