import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { maxWavBytes, toHeardAudio } from '../audio-input.ts';
import { parsed } from '../bodies.ts';
import type { CallService } from '../calls.ts';
import { binary } from '../schemas.ts';
import { fileIn, formOf } from '../uploads.ts';
import { openAiErrors, openAiProblem } from './openai-problem.ts';

const formats = ['json', 'text', 'verbose_json'] as const;
const fields = z.object({
  model: z.string().max(100).default('whisper-1'),
  language: z
    .string()
    .regex(/^([a-z]{2,3}|auto)$/, 'is no ISO 639-1 code')
    .optional(),
  response_format: z.enum(formats, `is none of ${formats.join(', ')}`).default('json'),
  stream: z.stringbool().default(false),
});

const route = createRoute({
  method: 'post',
  path: '/v1/audio/transcriptions',
  tags: ['OpenAI'],
  summary: "Transcribe a WAV file, in the form of OpenAI's API",
  description: 'Whisper of this service listens, whatever `model` says. Further fields of OpenAI are taken and passed over.',
  request: {
    body: {
      required: true,
      content: {
        'multipart/form-data': {
          schema: z.object({
            file: binary,
            model: fields.shape.model,
            language: fields.shape.language,
            response_format: z.enum(formats).optional(),
            stream: z.boolean().optional(),
          }),
        },
      },
    },
  },
  responses: {
    200: {
      description: 'What was said.',
      content: {
        'application/json': {
          schema: z.object({
            text: z.string(),
            task: z.string().optional(),
            language: z.string().optional(),
            duration: z.number().optional(),
          }),
        },
        'text/plain': { schema: z.string() },
        'text/event-stream': { schema: z.string() },
      },
    },
    ...openAiErrors(400, 413, 502, 503, 504),
  },
});

/** What the form holds beside the file. */
const formRoomBytes = 65_536;

export interface OpenAiTranscriptionDependencies {
  readonly calls: CallService;
  readonly maxAudioSeconds: number;
}

export function addOpenAiTranscriptions(app: OpenAPIHono, { calls, maxAudioSeconds }: OpenAiTranscriptionDependencies): void {
  app.openAPIRegistry.registerPath(route);
  app.post('/v1/audio/transcriptions', async (c) => {
    try {
      const form = await formOf(c.req.raw, maxWavBytes(maxAudioSeconds) + formRoomBytes);
      const file = await fileIn(form, 'file');
      const texts = [...form.entries()].filter((entry): entry is [string, string] => typeof entry[1] === 'string');
      const { language, response_format: format, stream } = parsed(fields, Object.fromEntries(texts));
      const { pcm, audioMs } = await toHeardAudio(file, maxAudioSeconds);
      const { text, language: heard } = await calls.steps.transcribe(pcm, language);
      if (stream) {
        const events = [
          { type: 'transcript.text.delta', delta: text },
          { type: 'transcript.text.done', text },
        ];
        const body = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
        return c.body(body, 200, { 'Content-Type': 'text/event-stream' });
      }
      if (format === 'text') return c.text(`${text}\n`);
      if (format === 'json') return c.json({ text });
      return c.json({ task: 'transcribe', language: heard, duration: audioMs / 1000, text });
    } catch (error) {
      return openAiProblem(c, error);
    }
  });
}
