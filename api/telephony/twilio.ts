import { upgradeWebSocket } from '@hono/node-server';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { WSContext, WSEvents } from 'hono/ws';
import { z } from 'zod';
import { messageOf, VoicebotError } from '../../domain/errors.ts';
import { escapeXml } from '../../domain/xml.ts';
import { formOf } from '../bodies.ts';
import { createLineCodec, type LineCodec } from '../live/audio-format.ts';
import { LiveCall } from '../live/live-call.ts';
import type { CallerLine, LiveDependencies } from '../live/live-setup.ts';
import { serviceRestart } from '../live/protocol.ts';
import { RealTimeBudget } from '../live/real-time-budget.ts';
import { mediaToken, sameSecret, twilioSignature } from './twilio-signature.ts';

export interface TwilioOptions {
  readonly live: LiveDependencies;
  /** Whose number is called; undefined where it is nobody's. */
  readonly tenantOf: (number: string) => Promise<string | undefined>;
  /** Without a token no call of Twilio is taken. */
  readonly authToken: string | undefined;
  /** The URL that Twilio was given for this API; signatures hold it. */
  readonly publicUrl: string | undefined;
}

/** Messages of Twilio Media Streams. Source: Twilio's documentation, "Media Streams: WebSocket messages". */
const message = z.discriminatedUnion('event', [
  z.object({ event: z.literal('connected') }),
  z.object({
    event: z.literal('start'),
    streamSid: z.string(),
    start: z.object({ callSid: z.string(), customParameters: z.record(z.string(), z.string()).default({}) }),
  }),
  z.object({ event: z.literal('media'), media: z.object({ payload: z.base64() }) }),
  z.object({ event: z.literal('mark'), mark: z.object({ name: z.string() }) }),
  z.object({ event: z.literal('dtmf'), dtmf: z.object({ digit: z.string() }) }),
  z.object({ event: z.literal('stop') }),
]);

const webhookPath = '/telephony/twilio';
const mediaPath = '/telephony/twilio/media';
const maxUnreadBytes = 400_000;
const refusedCode = 4403;

/** How often the audio of a call may begin anew, or may be asked whether it can, once a second. */
const mostAgain = 60;

/**
 * The webhook that a telephone number at Twilio calls, and the socket that its audio comes by. After the socket has closed, and the caller has
 * not hung up, Twilio goes on with the redirection that stands behind it: it asks again, and the call goes on wherever the answer comes from.
 */
export function addTwilio(app: OpenAPIHono, options: TwilioOptions): void {
  const { authToken, publicUrl } = options;
  app.post(webhookPath, async (c) => {
    if (!authToken || !publicUrl) {
      throw new VoicebotError('unsupported', 'Calls by Twilio are not set up.', {
        hint: 'Set TWILIO_AUTH_TOKEN and PUBLIC_URL.',
      });
    }
    const form = await formOf(c.req.raw);
    const { search, searchParams } = new URL(c.req.url);
    const base = publicUrl.replace(/\/$/, '');
    const expected = twilioSignature(authToken, `${base}${webhookPath}${search}`, form);
    if (!sameSecret(c.req.header('x-twilio-signature') ?? '', expected)) {
      throw new VoicebotError('unauthorized', 'The signature of Twilio is missing or wrong.', {
        hint: 'PUBLIC_URL must be the URL that the number calls, without the path.',
      });
    }
    const callSid = form.CallSid ?? '';
    const tenant = (await options.tenantOf(form.To ?? '')) ?? '';
    const url = `${base.replace(/^http/, 'ws')}${mediaPath}`;
    const again = Number(searchParams.get('again') ?? 0);
    searchParams.set('again', String(again + 1));
    const redirect = `<Redirect method="POST">${escapeXml(`${base}${webhookPath}?${searchParams}`)}</Redirect>`;
    const answer = (verbs: string) =>
      c.body(`<?xml version="1.0" encoding="UTF-8"?><Response>${verbs}</Response>`, 200, { 'Content-Type': 'text/xml' });
    if (again > 0) {
      const fate = options.live.lines.leaving ? 'unknown' : await options.live.calls.fate(callSid);
      if (!(again < mostAgain) || fate === 'over' || fate === 'transferred') return answer('<Hangup/>');
      if (fate === 'unknown') return answer(`<Pause length="1"/>${redirect}`);
    }
    return answer(
      `<Connect><Stream url="${escapeXml(url)}"><Parameter name="tenant" value="${escapeXml(tenant)}"/>` +
        `<Parameter name="token" value="${mediaToken(authToken, callSid, tenant)}"/></Stream></Connect>${redirect}`,
    );
  });
  app.get(
    mediaPath,
    upgradeWebSocket(() => new TwilioCall(options).events()),
  );
}

/** One call from Twilio. */
class TwilioCall {
  readonly #options: TwilioOptions;
  #streamSid = '';
  #call: LiveCall | undefined;
  #codec: LineCodec | undefined;
  #budget: RealTimeBudget | undefined;
  #starting = false;
  #gone = false;
  #hungUp = false;

  constructor(options: TwilioOptions) {
    this.#options = options;
  }

  events(): WSEvents {
    return {
      onMessage: (event, ws) => {
        try {
          this.#receive(ws, message.parse(JSON.parse(String(event.data))));
        } catch (error) {
          this.#refuse(ws, error);
        }
      },
      onClose: () => this.#closed(),
      onError: (event) => this.#log('socket error', (event as { error?: unknown }).error),
    };
  }

  #receive(ws: WSContext, received: z.infer<typeof message>): void {
    switch (received.event) {
      case 'start':
        if (this.#starting) throw new VoicebotError('invalid-request', 'A second start came.');
        this.#starting = true;
        void this.#start(ws, received).catch((error) => this.#refuse(ws, error));
        return;
      case 'media': {
        if (!this.#starting) throw new VoicebotError('invalid-request', 'Audio came before start.');
        const bytes = Buffer.from(received.media.payload, 'base64');
        this.#budget?.spend(bytes.length);
        if (this.#codec) this.#call?.push(this.#codec.decode(bytes));
        return;
      }
      case 'dtmf':
        return this.#call?.dtmf(received.dtmf.digit);
      case 'stop':
        this.#hungUp = true;
        return ws.close(1000, 'The call has ended.');
      case 'connected':
      case 'mark':
        return;
    }
  }

  async #start(ws: WSContext, { streamSid, start }: Extract<z.infer<typeof message>, { event: 'start' }>): Promise<void> {
    const { live, authToken } = this.#options;
    const { callSid, customParameters } = start;
    const { token = '', tenant = '' } = customParameters;
    if (!authToken || !sameSecret(token, mediaToken(authToken, callSid, tenant))) {
      throw new VoicebotError('unauthorized', 'The token of this stream is missing or wrong.');
    }
    this.#streamSid = streamSid;
    const opened = await live.calls.open(callSid, tenant || undefined);
    const codec = await createLineCodec({ encoding: 'mulaw', sampleRateHz: 8000 }, live.voiceRateHz);
    this.#codec = codec;
    this.#budget = new RealTimeBudget(codec.bytesPerSecond);
    const line: CallerLine = {
      line: { kind: 'twilio', callSid },
      sendAudio: (bytes) => this.#send(ws, 'media', { media: { payload: Buffer.from(bytes).toString('base64') } }),
      dropAudio: () => this.#send(ws, 'clear'),
      sendEvent: (event) => {
        // Twilio tells by the same name when the audio before it was played.
        if (event.type === 'reply.done') this.#send(ws, 'mark', { mark: { name: `turn-${event.turn}` } });
      },
      close: () => ws.close(1000, 'The call has ended.'),
      restart: () => ws.close(serviceRestart, 'The service restarts.'),
    };
    const style = {};
    this.#call = new LiveCall(
      live,
      { sessionId: callSid, ...opened, style, language: undefined, greet: opened.lastTurn === 0, codec },
      line,
    );
    if (this.#gone) this.#closed();
  }

  #send(ws: WSContext, event: string, content: object = {}): void {
    const raw = ws.raw as { bufferedAmount: number; terminate(): void } | undefined;
    if (raw && raw.bufferedAmount > maxUnreadBytes) return raw.terminate();
    ws.send(JSON.stringify({ event, streamSid: this.#streamSid, ...content }));
  }

  #refuse(ws: WSContext, error: unknown): void {
    this.#log('Twilio stream refused', error);
    ws.close(refusedCode, 'The stream is refused; see the log.');
  }

  /** Whoever has not hung up comes again by the webhook. */
  #closed(): void {
    this.#gone = true;
    const call = this.#call;
    this.#call = undefined;
    if (!call) return;
    void (this.#hungUp ? call.end('hangup').then(() => call.close()) : call.close());
  }

  #log(what: string, error: unknown): void {
    this.#options.live.logger.warn({ error: messageOf(error) }, what);
  }
}
