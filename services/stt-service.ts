import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { createMessageCheck } from '../activities/message-check.ts';
import { createSttActivities, transcribeWhole } from '../activities/stt.ts';
import { maxWavBytes, toHeardSamples } from '../api/audio-input.ts';
import { parsed } from '../api/bodies.ts';
import { json, languageQuery, problems, transcriptSchema, wavUpload } from '../api/schemas.ts';
import { uploadedWav } from '../api/uploads.ts';
import { redact } from '../domain/redact.ts';
import { needed, type Parts } from './parts.ts';

/** The steps of the queue `stt`. */
export function sttActivities({ config, engines: { stt, vad }, blobs, sealer }: Parts) {
  const recordings = needed(blobs, 'a blob store');
  return {
    ...createSttActivities({ stt, vad, language: config.WHISPER_LANGUAGE, recordings, sealer }),
    ...createMessageCheck({ stt, blobs: recordings }),
  };
}

const transcribe = createRoute({
  method: 'post',
  path: '/transcribe',
  tags: ['Speech to text'],
  summary: 'Transcribe a WAV file, outside of any call',
  description:
    'The body is `audio/wav`, or a multipart form with the file in the field `audio`. Card numbers and the like are hidden.',
  request: { query: languageQuery, body: wavUpload },
  responses: { 200: json(transcriptSchema, 'What was said.'), ...problems(400, 413, 422, 503) },
});

/** What the service does for who asks it directly. */
export function addSttRoutes(app: OpenAPIHono, { config, engines: { stt, vad } }: Parts): void {
  const { MAX_AUDIO_SECONDS: maxSeconds, WHISPER_LANGUAGE } = config;
  app.openAPIRegistry.registerPath(transcribe);
  app.post('/transcribe', async (c) => {
    const { language } = parsed(languageQuery, c.req.query());
    const { signal } = c.req.raw;
    const startedAt = performance.now();
    const { samples, audioMs } = await toHeardSamples(await uploadedWav(c.req.raw, maxWavBytes(maxSeconds)), maxSeconds);
    const heard = await transcribeWhole({ stt, vad, language: WHISPER_LANGUAGE }, samples, { language, signal });
    const processingMs = performance.now() - startedAt;
    return c.json({ text: redact(heard.text), language: heard.language, audioMs, processingMs }, 200);
  });
}
