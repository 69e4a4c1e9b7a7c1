import { randomUUID } from 'node:crypto';
import { upgradeWebSocket } from '@hono/node-server';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { WSContext, WSEvents } from 'hono/ws';
import { toPcm16 } from '../../audio/pcm.ts';
import type { Principal } from '../../domain/access/access.ts';
import { messageOf, VoicebotError } from '../../domain/errors.ts';
import { defaultTenant } from '../../domain/tenant.ts';
import { readFrames } from '../../media/speech-frames.ts';
import type { Access } from '../access/guard.ts';
import { authenticatedSocket } from '../access/socket-login.ts';
import { createLineCodec, type LineCodec } from '../live/audio-format.ts';
import { LiveCall } from '../live/live-call.ts';
import type { LiveDependencies } from '../live/live-setup.ts';
import type { AudioFormat, LiveEvent } from '../live/protocol.ts';
import { RealTimeBudget } from '../live/real-time-budget.ts';
import { voiceNamed } from '../openai/openai-voices.ts';
import { problemOf } from '../problem.ts';
import { type RealtimeAudioFormat, type RealtimeMessage, realtimeMessage } from './realtime-messages.ts';
import { ResponseEvents } from './response-events.ts';

export interface RealtimeOptions {
  readonly access: Access;
  readonly live: LiveDependencies;
  readonly maxAudioSeconds: number;
}

const maxUnreadBytes = 2_000_000;

/** `WS /v1/realtime`: enough of the OpenAI Realtime protocol for its client libraries. */
export function addRealtime(app: OpenAPIHono, options: RealtimeOptions): void {
  app.get(
    '/v1/realtime',
    upgradeWebSocket((c) =>
      authenticatedSocket(c, options.access, async (principal) =>
        new RealtimeSession(options, c.req.query('model') ?? 'voicebot', principal).events(),
      ),
    ),
  );
}

const lineFormat = (format: RealtimeAudioFormat): AudioFormat =>
  format.type === 'audio/pcm' ? { encoding: 'pcm16', sampleRateHz: 24000 } : { encoding: 'mulaw', sampleRateHz: 8000 };

/** One client: a call of its own. */
class RealtimeSession {
  readonly #options: RealtimeOptions;
  readonly #sessionId: string;
  #tenant: string | undefined;
  readonly #model: string;
  #format: RealtimeAudioFormat = { type: 'audio/pcm', rate: 24000 };
  #vad = true;
  #style: { voice?: string | undefined; speed?: number | undefined } = {};
  #codec: LineCodec | undefined;
  #call: LiveCall | undefined;
  #budget: RealTimeBudget | undefined;
  #buffer: Float32Array[] = [];
  #buffered = 0;
  #turn = 0;
  #closed = false;
  /** Messages are handled one after the other. */
  #order: Promise<void> = Promise.resolve();
  #events: ResponseEvents | undefined;

  constructor(options: RealtimeOptions, model: string, { sessionId, tenant }: Principal) {
    this.#sessionId = sessionId ?? `realtime-${randomUUID()}`;
    this.#tenant = tenant;
    this.#options = options;
    this.#model = model;
  }

  events(): WSEvents {
    return {
      onOpen: (_event, ws) => {
        this.#events = new ResponseEvents((event) => this.#send(ws, event));
        this.#enqueue(async () => {
          this.#tenant = await this.#options.live.calls.create(this.#sessionId, this.#tenant);
          this.#events?.send({ type: 'session.created', session: this.#session() });
        });
      },
      onMessage: (event) => {
        let message: RealtimeMessage;
        try {
          message = this.#parse(String(event.data));
        } catch (error) {
          return this.#fail(error);
        }
        this.#enqueue(() => this.#handle(message));
      },
      onClose: () => {
        this.#closed = true;
        void this.#order.then(() => this.#end());
      },
    };
  }

  #parse(text: string): RealtimeMessage {
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      throw new VoicebotError('invalid-request', 'A message must be JSON.');
    }
    const result = realtimeMessage.safeParse(json);
    if (result.success) return result.data;
    const { type } = json as { type?: unknown };
    const problems = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new VoicebotError('unsupported', `The message '${String(type)}' is not supported as it is: ${problems.join('; ')}`);
  }

  #enqueue(work: () => Promise<void>): void {
    this.#order = this.#order.then(work).catch((error) => this.#fail(error));
  }

  async #handle(message: RealtimeMessage): Promise<void> {
    switch (message.type) {
      case 'session.update': {
        const { audio } = message.session;
        if (this.#call && audio?.input?.format) throw new VoicebotError('conflict', 'Audio has begun; its format stays.');
        this.#format = audio?.input?.format ?? audio?.output?.format ?? this.#format;
        if (audio?.input?.turn_detection !== undefined) this.#vad = audio.input.turn_detection !== null;
        const { voice } = audio?.output ?? {};
        this.#style = {
          voice: voice === undefined ? this.#style.voice : voiceNamed(voice),
          speed: audio?.output?.speed ?? this.#style.speed,
        };
        return this.#events?.send({ type: 'session.updated', session: this.#session() });
      }
      case 'input_audio_buffer.append':
        return this.#append(Buffer.from(message.audio, 'base64'));
      case 'input_audio_buffer.clear':
        this.#clear();
        return this.#events?.send({ type: 'input_audio_buffer.cleared' });
      case 'input_audio_buffer.commit':
        if (this.#buffered === 0) throw new VoicebotError('invalid-request', 'The input audio buffer is empty.');
        return this.#events?.committed(this.#turn + 1);
      case 'response.create':
        return this.#respond();
      case 'response.cancel':
        return this.#call?.stopReply();
      case 'conversation.item.truncate':
        return;
    }
  }

  async #append(bytes: Uint8Array): Promise<void> {
    const { live, maxAudioSeconds } = this.#options;
    this.#codec ??= await createLineCodec(lineFormat(this.#format), live.voiceRateHz);
    if (this.#vad) {
      this.#budget ??= new RealTimeBudget(this.#codec.bytesPerSecond);
      this.#budget.spend(bytes.length);
      this.#call ??= this.#startCall(this.#codec);
      return this.#call.push(this.#codec.decode(bytes));
    }
    const samples = this.#codec.decode(bytes);
    if ((this.#buffered + samples.length) / 16_000 > maxAudioSeconds) {
      throw new VoicebotError('audio-too-long', `The input audio buffer holds at most ${maxAudioSeconds} s.`);
    }
    this.#buffer.push(samples);
    this.#buffered += samples.length;
  }

  #startCall(codec: LineCodec): LiveCall {
    return new LiveCall(
      this.#options.live,
      {
        ...{ sessionId: this.#sessionId, tenant: this.#tenant ?? defaultTenant, lastTurn: this.#turn },
        ...{ style: this.#style, language: undefined, greet: false, codec },
      },
      {
        line: { kind: 'socket' },
        sendAudio: (bytes) => this.#events?.audio(bytes),
        dropAudio: () => {},
        sendEvent: (event: LiveEvent) => this.#events?.live(event),
        close: () => this.#end(),
      },
    );
  }

  /** Without VAD: what is in the buffer is one turn, answered as fast as it comes. */
  async #respond(): Promise<void> {
    if (this.#vad) throw new VoicebotError('unsupported', 'With turn detection, replies come by themselves.');
    if (this.#buffered === 0) throw new VoicebotError('invalid-request', 'There is no audio to respond to.');
    const codec = this.#codec as LineCodec;
    const pcm = Buffer.concat(this.#buffer.map((samples) => toPcm16(samples)));
    this.#clear();
    const turn = this.#turn + 1;
    const running = this.#options.live.calls.turns.take(this.#sessionId, turn, pcm, this.#style);
    this.#events?.live({ type: 'reply.started', turn });
    for await (const frame of readFrames(running.pipes.pipes.spoken.read())) {
      if (frame.kind === 'text') this.#events?.live({ type: 'reply.text', turn, text: frame.text });
      else this.#events?.audio(codec.encode(Float32Array.from(new Int16Array(frame.pcm.buffer), (sample) => sample / 32_768)));
    }
    const outcome = await running.outcome;
    this.#turn = turn;
    this.#events?.live({ type: 'transcript.final', turn, text: outcome.transcript });
    this.#events?.live({ type: 'reply.done', turn });
    if (outcome.error) throw new VoicebotError('engine-failed', outcome.error.message);
  }

  #clear(): void {
    this.#buffer = [];
    this.#buffered = 0;
  }

  async #end(): Promise<void> {
    const { live } = this.#options;
    if (this.#call) await this.#call.end('hangup').then(() => this.#call?.close());
    else await live.calls.end(this.#sessionId).catch(() => undefined);
  }

  #session() {
    return {
      type: 'realtime',
      object: 'realtime.session',
      id: this.#sessionId,
      model: this.#model,
      output_modalities: ['audio'],
      audio: {
        input: { format: this.#format, turn_detection: this.#vad ? { type: 'server_vad' } : null },
        output: { format: this.#format, voice: this.#style.voice ?? 'default', speed: this.#style.speed ?? 1 },
      },
    };
  }

  #send(ws: WSContext, event: object): void {
    if (this.#closed) return;
    const raw = ws.raw as { bufferedAmount: number; terminate(): void } | undefined;
    if (raw && raw.bufferedAmount > maxUnreadBytes) return raw.terminate();
    ws.send(JSON.stringify(event));
  }

  #fail(error: unknown): void {
    const problem = problemOf(error);
    if (problem.code === 'internal') this.#options.live.logger.error({ err: error }, 'realtime');
    else this.#options.live.logger.warn({ error: messageOf(error) }, 'realtime');
    this.#events?.error(problem);
  }
}
