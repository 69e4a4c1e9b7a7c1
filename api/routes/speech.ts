import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { encodeWav } from '../../audio/wav.ts';
import { VoicebotError } from '../../domain/errors.ts';
import { chooseEngine, engineNamed } from '../../domain/voices/engine.ts';
import { maxWavBytes, toHeardAudio } from '../audio-input.ts';
import { parsed } from '../bodies.ts';
import type { CallService } from '../calls.ts';
import { binary, json, jsonBody, languageQuery, problems, speechRequestSchema, transcriptSchema, wavUpload } from '../schemas.ts';
import { uploadedWav } from '../uploads.ts';
import type { VoiceEngines } from '../voice-engines.ts';

const tags = ['Engines'];

const stt = createRoute({
  method: 'post',
  path: '/stt/test',
  tags,
  summary: 'Transcribe a WAV file',
  description:
    'The body is `audio/wav`, or a multipart form with the file in the field `audio`. Any WAV of 8 to 48 kHz is accepted.',
  request: {
    query: languageQuery,
    body: wavUpload,
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
    const { language } = parsed(languageQuery, c.req.query());
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
