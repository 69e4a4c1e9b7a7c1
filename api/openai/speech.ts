import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { VoicebotError } from '../../domain/errors.ts';
import { parsed, requestJson } from '../bodies.ts';
import type { CallService } from '../calls.ts';
import type { LiveDependencies } from '../live/live-setup.ts';
import { binary, jsonBody } from '../schemas.ts';
import { inFormat, speechFormats, speechTypes } from './audio-formats.ts';
import { openAiErrors, openAiProblem } from './openai-problem.ts';
import { voiceNamed } from './openai-voices.ts';

/** `POST /v1/audio/speech` of OpenAI's API. What it has beyond this is taken and passed over. */
const speechBody = z
  .object({
    input: z.string().min(1).max(5_000).openapi({ description: 'What to say.' }),
    model: z.string().max(100).default('kokoro').openapi({ description: 'Taken and passed over: the live voice speaks.' }),
    voice: z
      .union([z.string(), z.object({ id: z.string() })])
      .default('default')
      .openapi({ description: 'A voice of Kokoro, or a name of OpenAI, for which the nearest of Kokoro speaks.' }),
    response_format: z
      .enum([...speechFormats, 'aac', 'flac'])
      .default('mp3')
      .openapi({ description: 'aac and flac are refused.' }),
    speed: z.number().min(0.25).max(4).default(1).openapi({ description: '0.5 to 2 can be spoken.' }),
    stream_format: z.enum(['audio', 'sse']).default('audio'),
  })
  .openapi('OpenAiSpeech');

const route = createRoute({
  method: 'post',
  path: '/v1/audio/speech',
  tags: ['OpenAI'],
  summary: "Speak a text, in the form of OpenAI's API",
  description:
    'The sound is streamed as it is made, in the formats mp3, opus, wav and pcm (24 kHz); with `stream_format: sse` as events.',
  request: { body: jsonBody(speechBody) },
  responses: {
    200: {
      description: 'The speech.',
      content: {
        ...Object.fromEntries(Object.values(speechTypes).map((type) => [type, { schema: binary }])),
        'text/event-stream': {
          schema: z.object({
            data: z.string().openapi({ description: 'JSON: `speech.audio.delta`, then `speech.audio.done`.' }),
          }),
        },
      },
    },
    ...openAiErrors(400, 422, 502, 503, 504),
  },
});

export interface OpenAiSpeechDependencies {
  readonly calls: CallService;
  readonly live: Pick<LiveDependencies, 'voiceRateHz'>;
}

export function addOpenAiSpeech(app: OpenAPIHono, { calls, live }: OpenAiSpeechDependencies): void {
  app.openAPIRegistry.registerPath(route);
  app.post('/v1/audio/speech', async (c) => {
    try {
      const {
        input,
        voice,
        response_format: format,
        speed,
        stream_format: streamed,
      } = parsed(speechBody, await requestJson(c.req.raw));
      if (format === 'aac' || format === 'flac') {
        throw new VoicebotError('unsupported', `Speech cannot be given as ${format}.`, {
          hint: `Possible: ${speechFormats.join(', ')}.`,
        });
      }
      const style = { voice: voiceNamed(typeof voice === 'string' ? voice : voice.id), speed };
      const gone = new AbortController();
      const stop = () => gone.abort();
      c.req.raw.signal.addEventListener('abort', stop, { once: true });
      const speech = inFormat(calls.steps.speakStream(input, style, gone.signal), live.voiceRateHz, format);
      // What is wrong shows before the first sound, while it can still be said by the status.
      const first = await speech.next();
      const sound = sent(first, speech, stop);
      if (streamed === 'audio') return c.body(sound, 200, { 'Content-Type': speechTypes[format] });
      return c.body(sound.pipeThrough(asEvents()), 200, { 'Content-Type': 'text/event-stream' });
    } catch (error) {
      return openAiProblem(c, error);
    }
  });
}

function sent(first: IteratorResult<Uint8Array>, rest: AsyncGenerator<Uint8Array>, stop: () => void): ReadableStream<Uint8Array> {
  let next: Promise<IteratorResult<Uint8Array>> = Promise.resolve(first);
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value, done } = await next;
      if (done) return controller.close();
      controller.enqueue(value);
      next = rest.next();
      next.catch(() => undefined);
    },
    async cancel() {
      stop();
      await rest.return(undefined);
    },
  });
}

/** Events of OpenAI's form; sound is base64 in them, as they have it. */
function asEvents(): TransformStream<Uint8Array, Uint8Array> {
  const encoder = new TextEncoder();
  const event = (data: object) => encoder.encode(`data: ${JSON.stringify(data)}\n\n`);
  return new TransformStream({
    transform(chunk, controller) {
      controller.enqueue(event({ type: 'speech.audio.delta', audio: Buffer.from(chunk).toString('base64') }));
    },
    flush(controller) {
      controller.enqueue(event({ type: 'speech.audio.done' }));
    },
  });
}
