import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { encodeWav } from '../../audio/wav.ts';
import { VoicebotError } from '../../domain/errors.ts';
import { chooseEngine, engineNamed } from '../../domain/voices/engine.ts';
import { maxWavBytes, readBody, toHeardAudio } from '../audio-input.ts';
import type { CallService } from '../calls.ts';
import { json, jsonBody, problems, speechRequestSchema, transcriptSchema } from '../schemas.ts';
import type { VoiceEngines } from '../voice-engines.ts';

const tags = ['Engines'];
const binary = z.string().openapi({ type: 'string', format: 'binary' });

const stt = createRoute({
  method: 'post',
  path: '/stt/test',
  tags,
  summary: 'Transcribe a WAV file',
  description:
    'The body is `audio/wav`, or a multipart form with the file in the field `audio`. Any WAV of 8 to 48 kHz is accepted.',
  request: {
    query: z.object({
      language: z
        .string()
        .regex(/^([a-z]{2,3}|auto)$/)
        .optional(),
    }),
    body: {
      required: true,
      content: { 'audio/wav': { schema: binary }, 'multipart/form-data': { schema: z.object({ audio: binary }) } },
    },
  },
  responses: { 200: json(transcriptSchema, 'What was said.'), ...problems(400, 413, 422, 502, 503, 504) },
});

const tts = createRoute({
  method: 'post',
  path: '/tts/test',
  tags,
  summary: 'Speak a text',
  request: { body: jsonBody(speechRequestSchema) },
  responses: {
    200: { description: 'The speech.', content: { 'audio/wav': { schema: binary } } },
    ...problems(400, 422, 502, 503, 504),
  },
});

export interface SpeechRouteDependencies {
  readonly calls: CallService;
  readonly voiceEngines: VoiceEngines;
  readonly maxAudioSeconds: number;
}

export function addSpeechRoutes(app: OpenAPIHono, deps: SpeechRouteDependencies): void {
  const { calls, voiceEngines, maxAudioSeconds } = deps;
  app.post('/stt/test', async (c) => {
    const language = c.req.query('language');
    if (language !== undefined && !/^([a-z]{2,3}|auto)$/.test(language)) {
      throw new VoicebotError('invalid-request', `'${language}' is no ISO 639-1 code and not auto.`);
    }
    const started = performance.now();
    const { pcm, audioMs } = await toHeardAudio(await uploadedWav(c.req.raw, maxWavBytes(maxAudioSeconds)), maxAudioSeconds);
    const result = await calls.steps.transcribe(pcm, language);
    return c.json({ text: result.text, language: result.language, audioMs, processingMs: performance.now() - started }, 200);
  });
  /** The engine that is asked for; for `auto` the one that speaks while somebody listens. */
  async function speaking(name: string, text: string) {
    const { catalogue } = voiceEngines;
    const outlook = await voiceEngines.outlooks();
    if (name === 'auto') {
      return chooseEngine(catalogue, { use: 'live', longestCharacters: text.length, totalCharacters: text.length }, outlook)
        .engine;
    }
    const engine = engineNamed(catalogue, name);
    if (outlook(engine).available) return engine;
    throw new VoicebotError('unsupported', `No worker of the engine '${engine.id}' runs.`, { hint: 'Use kokoro, or auto.' });
  }
  app.openAPIRegistry.registerPath(stt);
  app.openapi(tts, async (c) => {
    const { text, engine, voice, speed } = c.req.valid('json');
    const { id } = await speaking(engine, text);
    const { pcm, sampleRateHz } = await calls.steps.speak(text, { voice, speed, engine: id });
    return c.body(encodeWav(pcm, sampleRateHz) as Uint8Array<ArrayBuffer>, 200, { 'Content-Type': 'audio/wav' });
  });
}

/** The WAV of the request, raw or from a form. */
async function uploadedWav(request: Request, maxBytes: number): Promise<Uint8Array> {
  const body = await readBody(request, maxBytes);
  const contentType = request.headers.get('content-type') ?? '';
  if (!contentType.startsWith('multipart/form-data')) return body;
  const form = await new Response(body as Uint8Array<ArrayBuffer>, { headers: { 'content-type': contentType } })
    .formData()
    .catch((cause) => {
      throw new VoicebotError('invalid-request', 'The multipart form cannot be read.', { cause });
    });
  const file = form.get('audio');
  if (file === null || typeof file === 'string') {
    throw new VoicebotError('invalid-request', 'The form has no file in the field `audio`.', {
      hint: 'Send the WAV file in a field named audio.',
    });
  }
  return new Uint8Array(await file.arrayBuffer());
}
