import type { WSContext } from 'hono/ws';
import type { OpenedCall } from '../calls.ts';
import { createLineCodec, type LineCodec } from './audio-format.ts';
import { LiveCall } from './live-call.ts';
import type { CallerLine, LiveDependencies } from './live-setup.ts';
import type { LiveEvent, StartMessage } from './protocol.ts';
import { protocolVersion, serviceRestart } from './protocol.ts';
import { RealTimeBudget } from './real-time-budget.ts';

/** Audio that may wait for a client that does not read; then it is closed. */
const maxUnreadSeconds = 10;
const maxUnreadEventBytes = 262_144;

/** The live protocol on a WebSocket: the caller's line is the socket. */
export class LiveSocket {
  readonly #ws: WSContext;
  readonly #call: LiveCall;
  readonly #codec: LineCodec;
  readonly #budget: RealTimeBudget;

  private constructor(ws: WSContext, codec: LineCodec, createCall: (line: CallerLine) => LiveCall) {
    this.#ws = ws;
    this.#codec = codec;
    this.#budget = new RealTimeBudget(codec.bytesPerSecond);
    this.#call = createCall(this.#line());
  }

  static async start(
    ws: WSContext,
    deps: LiveDependencies,
    session: OpenedCall & { readonly sessionId: string },
    message: StartMessage,
  ): Promise<LiveSocket> {
    const { format, voice, speed, engine, language, greet, heard } = message;
    const codec = await createLineCodec(format, deps.voiceRateHz);
    const nextTurn = session.lastTurn + 1;
    const started: LiveEvent = { type: 'call.started', version: protocolVersion, sessionId: session.sessionId, nextTurn, format };
    ws.send(JSON.stringify(started));
    return new LiveSocket(
      ws,
      codec,
      (line) => new LiveCall(deps, { ...session, style: { voice, speed, engine }, language, greet, heard, codec }, line),
    );
  }

  /** @throws VoicebotError `invalid-audio` for half a sample, `limit-reached` for audio far ahead of real time. */
  audio(bytes: Uint8Array): void {
    this.#budget.spend(bytes.length);
    this.#call.push(this.#codec.decode(bytes));
  }

  dtmf(key: string): void {
    this.#call.dtmf(key);
  }

  hangUp(): Promise<void> {
    return this.#call.end('hangup');
  }

  close(): Promise<void> {
    return this.#call.close();
  }

  #line(): CallerLine {
    const maxUnread = this.#codec.bytesPerSecond * maxUnreadSeconds + maxUnreadEventBytes;
    const send = (data: string | Uint8Array) => {
      const raw = this.#ws.raw as { bufferedAmount: number; terminate(): void } | undefined;
      // A close frame would wait behind all that is not read.
      if (raw && raw.bufferedAmount > maxUnread) return raw.terminate();
      this.#ws.send(data as string | Uint8Array<ArrayBuffer>);
    };
    return {
      line: { kind: 'socket' },
      sendAudio: (bytes) => send(bytes),
      // `reply.paused` and `interrupted` tell the client.
      dropAudio: () => {},
      sendEvent: (event) => send(JSON.stringify(event)),
      close: () => this.#ws.close(1000, 'The call has ended.'),
      restart: () => this.#ws.close(serviceRestart, 'The service restarts; connect again.'),
    };
  }
}
