import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { createMessageSpeech, speakWhole } from '../activities/message-speech.ts';
import { SpeechQueue } from '../activities/speech-queue.ts';
import { createTtsActivities } from '../activities/tts.ts';
import { createVoiceControl } from '../activities/voice-control.ts';
import { binary, jsonBody, problems, speechRequestSchema } from '../api/schemas.ts';
import { encodeWav } from '../audio/wav.ts';
import { SpeechStore } from '../db/speech.ts';
import { approvedReplies } from '../domain/dialog/approved-replies.ts';
import { identifications, identify } from '../domain/dialog/identification.ts';
import { messageOf } from '../domain/errors.ts';
import { splitSentences } from '../domain/sentences.ts';
import { greeting, wording } from '../domain/wording.ts';
import { needed, type Parts, type Speech, type WorkerDependencies } from './parts.ts';

/** The steps of the queue `tts`. */
export function ttsActivities({ engines: { tts }, blobs, speech }: Parts) {
  const { store, queue } = needed(speech, 'a voice');
  const recordings = needed(blobs, 'a blob store');
  return {
    ...createTtsActivities({ tts, store, queue, recordings }),
    ...createMessageSpeech({ tts, blobs: recordings }),
    ...createVoiceControl(tts),
  };
}

export function createSpeech({ engines, blobs, logger }: WorkerDependencies, signal: AbortSignal): Speech {
  const store = new SpeechStore(needed(blobs, 'a blob store'), engines.voiceKey);
  const warn = (message: string) => logger.warn(message);
  return { store, queue: new SpeechQueue({ store, maker: engines.tts, signal, warn }) };
}

/** What is said again and again is made once, while nobody waits; every personal request begins with the questions who calls. */
export async function prepareWording(
  speech: Speech | undefined,
  { config, engines, assistant }: WorkerDependencies,
  signal: AbortSignal,
): Promise<void> {
  const say = assistant.assistant.saying('');
  const questions = identifications.map((need) => identify.ask(say, need));
  const texts = [...Object.values(wording), greeting(config.BANK_NAME), ...questions, say('unknown')];
  await speech?.store.fill(texts.flatMap(splitSentences), engines.tts, signal, 'batch');
}

/** What comes once callers are let in, while none is there: the voice learns to begin early, and what may be said is spoken. */
export async function speakAhead(
  { queue }: Speech,
  { config, engines, logger, assistant, assistants }: Parts,
  signal: AbortSignal,
): Promise<void> {
  await engines.tts.prepare?.({ signal }).catch((error) => {
    if (!signal.aborted) logger.warn({ error: messageOf(error) }, 'the voice is not calibrated, and begins later');
  });
  const current = assistants && (await assistants.current(config.TENANT).catch(() => undefined));
  for (const text of approvedReplies(current ?? assistant.assistant)) queue.addLast(text);
}

const speak = createRoute({
  method: 'post',
  path: '/speak',
  tags: ['Text to speech'],
  summary: 'Speak a text, outside of any call',
  request: { body: jsonBody(speechRequestSchema.omit({ engine: true })) },
  responses: {
    200: { description: 'The speech.', content: { 'audio/wav': { schema: binary } } },
    ...problems(400, 413, 422, 503),
  },
});

/** What the service does for who asks it directly. */
export function addTtsRoutes(app: OpenAPIHono, { engines: { tts } }: Parts): void {
  app.openapi(speak, async (c) => {
    const { text, voice, speed } = c.req.valid('json');
    const { pcm } = await speakWhole(tts, text, { voice, speed, signal: c.req.raw.signal, priority: 'batch' });
    const wav = encodeWav(pcm, tts.sampleRateHz) as Uint8Array<ArrayBuffer>;
    return c.body(wav, 200, { 'Content-Type': 'audio/wav' });
  });
}
