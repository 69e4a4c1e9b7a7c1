import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { messageOf, VoicebotError } from '../../domain/errors.ts';
import { createLineCodec, type LineCodec } from '../live/audio-format.ts';
import { LiveCall } from '../live/live-call.ts';
import type { CallerLine, LiveDependencies } from '../live/live-setup.ts';
import { RealTimeBudget } from '../live/real-time-budget.ts';
import { encodeFrame, FrameReader, frameKinds, uuidOf } from './audiosocket-frames.ts';

export interface AudioSocketOptions {
  readonly host: string;
  readonly port: number;
  readonly live: LiveDependencies;
  /** Who may call. */
  readonly allowed: { has(address: string): boolean };
}

export interface AudioSocketServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** Asterisk says who calls at once. */
const idTimeoutMs = 5_000;
/** A line that says nothing at all, not even silence, is broken. */
const silentLineMs = 30_000;
const maxUnreadBytes = 320_000;

/** Takes calls from Asterisk. @throws VoicebotError `port-taken`. */
export async function startAudioSocket(options: AudioSocketOptions): Promise<AudioSocketServer> {
  const calls = new Set<AudioSocketCall>();
  const server = createServer((socket) => {
    // The dialplan asks what comes next, and calls another process.
    if (options.live.lines.leaving) return void socket.destroy();
    const address = socket.remoteAddress ?? '';
    if (!options.allowed.has(address)) {
      options.live.logger.warn({ address }, 'AudioSocket: a call from an address that AUDIOSOCKET_ALLOW does not name');
      socket.destroy();
      return;
    }
    const call = new AudioSocketCall(socket, options);
    calls.add(call);
    socket.once('close', () => calls.delete(call));
  });
  server.listen(options.port, options.host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new VoicebotError('port-taken', `Port ${options.port} on ${options.host} cannot be used: ${messageOf(error)}`, {
      hint: 'Stop the program that uses it, or set AUDIOSOCKET_PORT to another port.',
      cause: error,
    });
  }
  return {
    port: (server.address() as { port: number }).port,
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const call of calls) call.stop();
      await closed;
    },
  };
}

/** One call from Asterisk. */
class AudioSocketCall {
  readonly #socket: Socket;
  readonly #options: AudioSocketOptions;
  readonly #frames = new FrameReader();
  readonly #idTimer: NodeJS.Timeout;
  #opening = false;
  #call: LiveCall | undefined;
  #codec: LineCodec | undefined;
  #budget: RealTimeBudget | undefined;
  /** It is this process that ends, not the call. */
  #leaving = false;

  constructor(socket: Socket, options: AudioSocketOptions) {
    this.#socket = socket;
    this.#options = options;
    socket.setNoDelay(true);
    socket.setTimeout(silentLineMs, () => socket.destroy());
    this.#idTimer = setTimeout(() => this.#refuse(new VoicebotError('invalid-request', 'No id came.')), idTimeoutMs);
    socket.on('data', (bytes) => this.#receive(bytes));
    socket.on('error', (error) => this.#log('socket error', error));
    socket.once('close', () => this.#closed());
  }

  stop(): void {
    this.#leaving = true;
    this.#socket.destroy();
  }

  #receive(bytes: Uint8Array): void {
    try {
      for (const { kind, payload } of this.#frames.push(bytes)) this.#handle(kind, payload);
    } catch (error) {
      this.#refuse(error);
    }
  }

  #handle(kind: number, payload: Uint8Array): void {
    switch (kind) {
      case frameKinds.id:
        if (this.#opening) throw new VoicebotError('invalid-request', 'A second id came.');
        this.#opening = true;
        clearTimeout(this.#idTimer);
        void this.#open(uuidOf(payload)).catch((error) => this.#refuse(error));
        return;
      case frameKinds.audio:
        if (!this.#opening) throw new VoicebotError('invalid-request', 'Audio came before an id.');
        this.#budget?.spend(payload.length);
        if (this.#codec) this.#call?.push(this.#codec.decode(payload));
        return;
      case frameKinds.dtmf:
        this.#call?.dtmf(String.fromCharCode(payload[0] ?? 0));
        return;
      case frameKinds.hangup:
        this.#socket.end();
        return;
      case frameKinds.error:
        this.#log('Asterisk reports an error', new Error(`code ${payload[0] ?? 'unknown'}`));
        this.#socket.end();
        return;
      default:
        throw new VoicebotError('unsupported', `A frame of kind 0x${kind.toString(16)} came.`, {
          hint: 'Audio must be signed linear, 16 bit, 8 kHz (kind 0x10).',
        });
    }
  }

  async #open(uuid: string): Promise<void> {
    const { live } = this.#options;
    const opened = await live.calls.open(uuid);
    const codec = await createLineCodec({ encoding: 'pcm16', sampleRateHz: 8000 }, live.voiceRateHz);
    this.#codec = codec;
    this.#budget = new RealTimeBudget(codec.bytesPerSecond);
    const line: CallerLine = {
      line: { kind: 'audiosocket', uuid },
      sendAudio: (bytes) => this.#send(encodeFrame(frameKinds.audio, bytes)),
      // Asterisk plays what it gets; no more than a lead of it is ever there.
      dropAudio: () => {},
      sendEvent: () => {},
      close: () => {
        this.#send(encodeFrame(frameKinds.hangup));
        this.#socket.end();
      },
      restart: () => {
        this.#leaving = true;
        this.#socket.end();
      },
    };
    const style = {};
    this.#call = new LiveCall(
      live,
      { sessionId: uuid, ...opened, style, language: undefined, greet: opened.lastTurn === 0, codec },
      line,
    );
    if (this.#socket.destroyed) this.#closed();
  }

  #send(frame: Uint8Array): void {
    if (!this.#socket.writable) return;
    if (this.#socket.writableLength > maxUnreadBytes) this.#socket.destroy();
    else this.#socket.write(frame);
  }

  #refuse(error: unknown): void {
    this.#log('AudioSocket call refused', error);
    if (this.#socket.writable) this.#socket.end(encodeFrame(frameKinds.error, Uint8Array.of(1)));
  }

  /** Asterisk closes when the caller hangs up. After this process has, its dialplan asks what comes next. */
  #closed(): void {
    clearTimeout(this.#idTimer);
    const call = this.#call;
    this.#call = undefined;
    if (!call) return;
    void (this.#leaving ? call.close() : call.end('hangup').then(() => call.close()));
  }

  #log(what: string, error: unknown): void {
    this.#options.live.logger.warn({ error: messageOf(error) }, what);
  }
}
