import type { AudioFormat, ClientMessage, LiveEvent, LiveEvents, StartMessage } from './live-protocol.ts';
import { ConnectionClosed, openSocket, readyState, type Socket } from './socket.ts';

export type { AudioFormat, LiveEvent, LiveEvents } from './live-protocol.ts';
export { ConnectionClosed } from './socket.ts';

export interface LiveClientOptions {
  /** Of the API, as http(s) or ws(s). */
  readonly baseUrl: string;
  readonly sessionId: string;
  /** A caller's token (`POST /tokens`) or a key, where the service asks who is there. Each connection needs a token of its own. */
  readonly token?: string | undefined;
  readonly format?: AudioFormat;
  readonly voice?: string | undefined;
  /** An engine of quality instead of the live one: slow. */
  readonly engine?: StartMessage['engine'] | undefined;
  readonly speed?: number | undefined;
  readonly language?: string | undefined;
  readonly greet?: boolean;
  /** `heard` of a client whose connection broke: the bot goes on with its reply where that one stopped hearing it. */
  readonly heard?: { readonly turn: number; readonly text: string } | undefined;
  readonly onEvent?: (event: LiveEvent) => void;
  /** Audio in `format`, as it comes. */
  readonly onAudio?: (bytes: Uint8Array) => void;
}

const defaultFormat: AudioFormat = { encoding: 'pcm16', sampleRateHz: 16000 };

/** A live call from the caller's side, in browsers and in Node. */
export class LiveClient {
  readonly socket: Socket;
  readonly started: LiveEvents['call.started'];
  readonly closed: Promise<ConnectionClosed>;
  readonly #waiting = new Set<(event: LiveEvent) => void>();
  #heard: { readonly turn: number; readonly texts: readonly string[]; readonly done: boolean } | undefined;

  private constructor(
    socket: Socket,
    started: LiveEvents['call.started'],
    closed: Promise<ConnectionClosed>,
    options: LiveClientOptions,
  ) {
    this.socket = socket;
    this.started = started;
    this.closed = closed;
    socket.addEventListener('message', ({ data }) => {
      if (data instanceof ArrayBuffer) return options.onAudio?.(new Uint8Array(data));
      const event = JSON.parse(data as string) as LiveEvent;
      this.#follow(event);
      options.onEvent?.(event);
      for (const waiting of this.#waiting) waiting(event);
    });
  }

  /** Resolves once the call is ready for audio. @throws ConnectionClosed, with the reason, where it is refused. */
  static async connect(options: LiveClientOptions): Promise<LiveClient> {
    const { baseUrl, sessionId, token, format = defaultFormat, voice, speed, engine, language, greet, heard } = options;
    const { socket, opened, closed } = await openSocket(baseUrl, `/ws/${encodeURIComponent(sessionId)}`, token);
    const refused = closed.then((reason) => {
      throw reason;
    });
    refused.catch(() => undefined);
    const started = new Promise<LiveClient>((resolve, reject) => {
      const first = ({ data }: { readonly data: unknown }) => {
        if (typeof data !== 'string') return;
        const event = JSON.parse(data) as LiveEvent;
        if (event.type === 'error') {
          socket.close();
          reject(new ConnectionClosed(4000 + event.problem.status, event.problem.detail));
        }
        if (event.type !== 'call.started') return;
        socket.removeEventListener('message', first);
        // What follows in the same moment is the client's.
        resolve(new LiveClient(socket, event, closed, options));
      };
      socket.addEventListener('message', first);
    });
    started.catch(() => undefined);
    await Promise.race([opened, refused]);
    const start: Partial<StartMessage> = { type: 'start', format };
    const chosen = { voice, speed, engine, language, greet, heard };
    for (const [name, value] of Object.entries(chosen)) if (value !== undefined) Object.assign(start, { [name]: value });
    socket.send(JSON.stringify(start));
    return Promise.race([started, refused]);
  }

  /** The connection stands. */
  get isOpen(): boolean {
    return this.socket.readyState === readyState.open;
  }

  /** What was played of the last reply, for the connection after this one; words that were cut off in the middle are left out. */
  get heard(): { readonly turn: number; readonly text: string } | undefined {
    if (!this.#heard) return undefined;
    const { turn, texts, done } = this.#heard;
    return { turn, text: (done ? texts : texts.slice(0, -1)).join(' ') };
  }

  #follow(event: LiveEvent): void {
    if (event.type === 'reply.started') this.#heard = { turn: event.turn, texts: [], done: false };
    if (event.type === 'reply.text' && event.turn === this.#heard?.turn) {
      this.#heard = { ...this.#heard, texts: [...this.#heard.texts, event.text] };
    }
    if (event.type === 'reply.done' && event.turn === this.#heard?.turn) this.#heard = { ...this.#heard, done: true };
  }

  /** Audio in the format of the call, as it comes from the microphone. */
  sendAudio(bytes: Uint8Array): void {
    this.socket.send(bytes);
  }

  /** The next event of a kind. @throws ConnectionClosed, or an error when it does not come in time. */
  async next<Type extends LiveEvent['type']>(
    type: Type,
    options: { readonly timeoutMs?: number; readonly where?: (event: LiveEvents[Type]) => boolean } = {},
  ): Promise<LiveEvents[Type]> {
    const { timeoutMs = 30_000, where = () => true } = options;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let listener: (event: LiveEvent) => void = () => {};
    const came = new Promise<LiveEvents[Type]>((resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`No '${type}' came within ${timeoutMs} ms.`)), timeoutMs);
      listener = (event) => {
        if (event.type === type && where(event as LiveEvents[Type])) resolve(event as LiveEvents[Type]);
      };
      this.#waiting.add(listener);
    });
    try {
      return await Promise.race([
        came,
        this.closed.then((closed) => {
          throw closed;
        }),
      ]);
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(listener);
    }
  }

  /** A key of the telephone: 0 to 9, * or #. */
  pressKey(digit: string): void {
    this.#send({ type: 'dtmf', digit });
  }

  /** Ends the call. */
  hangUp(): void {
    this.#send({ type: 'hangup' });
  }

  #send(message: ClientMessage): void {
    this.socket.send(JSON.stringify(message));
  }

  /** Leaves without ending the call: the session goes on when somebody connects to it again. */
  async close(): Promise<void> {
    if (this.socket.readyState !== readyState.closed) this.socket.close();
    await this.closed;
  }

  /** Leaves without a word, as a line that breaks does. */
  terminate(): void {
    if (this.socket.terminate) this.socket.terminate();
    else this.socket.close();
  }
}
