import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { AudioFormat, ClientMessage, LiveEvent, LiveEvents, StartMessage } from '../api/live/protocol.ts';

export type { AudioFormat, LiveEvent, LiveEvents } from '../api/live/protocol.ts';

export interface LiveClientOptions {
  /** Of the API, as http(s) or ws(s). */
  readonly baseUrl: string;
  readonly sessionId: string;
  /** A caller's token (`POST /tokens`) or a key, where the service asks who is there. Each connection needs a token of its own. */
  readonly token?: string | undefined;
  readonly format?: AudioFormat;
  readonly voice?: string | undefined;
  /** An engine of quality instead of the live one: slow. */
  readonly engine?: StartMessage['engine'];
  readonly speed?: number | undefined;
  readonly language?: string | undefined;
  readonly greet?: boolean;
  /** `heard` of a client whose connection broke: the bot goes on with its reply where that one stopped hearing it. */
  readonly heard?: { readonly turn: number; readonly text: string } | undefined;
  readonly onEvent?: (event: LiveEvent) => void;
  /** Audio in `format`, as it comes. */
  readonly onAudio?: (bytes: Uint8Array) => void;
}

/** The connection ended before the call did. */
export class ConnectionClosed extends Error {
  readonly code: number;

  constructor(code: number, reason: string) {
    super(reason || `The connection was closed with code ${code}.`);
    this.name = 'ConnectionClosed';
    this.code = code;
  }
}

const protocol = 'voicebot';
const tokenProtocol = 'voicebot.token.';

const defaultFormat: AudioFormat = { encoding: 'pcm16', sampleRateHz: 16000 };

/** A live call from the caller's side. */
export class LiveClient {
  readonly socket: WebSocket;
  readonly started: LiveEvents['call.started'];
  readonly closed: Promise<ConnectionClosed>;
  readonly #waiting = new Set<(event: LiveEvent) => void>();
  #heard: { readonly turn: number; readonly texts: readonly string[]; readonly done: boolean } | undefined;

  private constructor(socket: WebSocket, started: LiveEvents['call.started'], options: LiveClientOptions) {
    this.socket = socket;
    this.started = started;
    this.closed = once(socket, 'close').then(([code, reason]) => new ConnectionClosed(code, String(reason)));
    socket.on('message', (data: Buffer, binary) => {
      if (binary) return options.onAudio?.(data);
      const event = JSON.parse(data.toString()) as LiveEvent;
      this.#follow(event);
      options.onEvent?.(event);
      for (const waiting of this.#waiting) waiting(event);
    });
  }

  /** Resolves once the call is ready for audio. @throws ConnectionClosed, with the reason, where it is refused. */
  static async connect(options: LiveClientOptions): Promise<LiveClient> {
    const { baseUrl, sessionId, format = defaultFormat, voice, speed, engine, language, greet, heard } = options;
    const url = `${baseUrl.replace(/^http/, 'ws').replace(/\/$/, '')}/ws/${encodeURIComponent(sessionId)}`;
    // A subprotocol: browsers can send no header, and a URL would stand in logs.
    const socket =
      options.token === undefined ? new WebSocket(url) : new WebSocket(url, [protocol, tokenProtocol + options.token]);
    socket.binaryType = 'nodebuffer';
    const refused = once(socket, 'close').then(([code, reason]) => {
      throw new ConnectionClosed(code, String(reason));
    });
    refused.catch(() => undefined);
    await Promise.race([once(socket, 'open'), refused]);
    const start: ClientMessage = { type: 'start', format, voice, speed, engine, language, greet, heard };
    socket.send(JSON.stringify(start));
    for (;;) {
      const [data, binary] = (await Promise.race([once(socket, 'message'), refused])) as [Buffer, boolean];
      const event = binary ? undefined : (JSON.parse(data.toString()) as LiveEvent);
      if (event?.type === 'call.started') return new LiveClient(socket, event, options);
      if (event?.type === 'error') {
        socket.close();
        throw new ConnectionClosed(4000 + event.problem.status, event.problem.detail);
      }
    }
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
    let timer: NodeJS.Timeout | undefined;
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
    this.socket.send(JSON.stringify({ type: 'dtmf', digit } satisfies ClientMessage));
  }

  /** Ends the call. */
  hangUp(): void {
    this.socket.send(JSON.stringify({ type: 'hangup' } satisfies ClientMessage));
  }

  /** Leaves without ending the call: the session goes on when somebody connects to it again. */
  async close(): Promise<void> {
    if (this.socket.readyState !== WebSocket.CLOSED) this.socket.close();
    await this.closed;
  }
}
