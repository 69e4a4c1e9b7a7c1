import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { decodeWav, encodeWav } from '../../audio/wav.ts';
import type { BlobStore } from '../../db/blobs.ts';
import { decide, findMessage, listMessages, type MessageVersion, playedVersion, versionsOf } from '../../db/messages.ts';
import type { Database } from '../../db/open.ts';
import { recordingHash, renditionKey, uploadKey } from '../../db/renderings.ts';
import { VoicebotError } from '../../domain/errors.ts';
import { maxKeyCharacters, messageKeyPattern } from '../../domain/messages/batch-item.ts';
import { messageStates, type Rendition, renditions, renditionTypes, speechLoudnessLufs } from '../../domain/messages/message.ts';
import { maxWavBytes, readBody } from '../audio-input.ts';
import type { CallService } from '../calls.ts';
import { maxValueCharacters, speakFilled } from '../filled-message.ts';
import { notFound } from '../problem.ts';
import { json, jsonBody, plainText, problems, wordedText } from '../schemas.ts';
import { tenantQuery } from './tenant.ts';

const section = ['Messages'];
const binary = z.string().openapi({ type: 'string', format: 'binary' });

const key = z
  .string()
  .max(maxKeyCharacters)
  .regex(messageKeyPattern, `is no key: letters, digits, '.', '_', '-' and '/' (in a path as %2F)`)
  .openapi({ param: { name: 'key', in: 'path' }, example: 'greeting' });
const keyParams = z.object({ key });
const versionParams = keyParams.extend({
  version: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000_000_000)
    .openapi({ param: { name: 'version', in: 'path' } }),
});
const who = wordedText(100);

const versionSchema = z
  .object({
    version: z.number().int(),
    state: z
      .enum(messageStates)
      .openapi({ description: '`review`: something about its sound is odd, and somebody should listen.' }),
    engine: z.string().openapi({ description: '`recording` where a person has spoken it.' }),
    voice: z.string(),
    speed: z.number(),
    text: z.string(),
    durationMs: z.number(),
    loudnessLufs: z.number().nullable(),
    truePeakDb: z.number().nullable(),
    findings: z
      .array(z.string())
      .openapi({ description: 'What is odd: word-errors, clipping, long-silence, too-short, too-long, silent.' }),
    heard: z.string().nullable().openapi({ description: 'What Whisper heard of it.' }),
    wordErrorRate: z.number().nullable(),
    decidedBy: z.string().nullable(),
    decidedAt: z.string().nullable(),
    batchId: z.string().nullable(),
    slots: z.array(z.string()).openapi({ description: 'What is filled in when it is played.' }),
    createdAt: z.string(),
  })
  .openapi('MessageVersion');
const messageSchema = z
  .object({
    key: z.string(),
    language: z.string(),
    tags: z.array(z.string()),
    playedVersion: z.number().int().nullable().openapi({ description: 'The newest approved version, which calls play.' }),
    updatedAt: z.string(),
    latest: versionSchema,
  })
  .openapi('Message');

const list = createRoute({
  method: 'get',
  path: '/messages',
  tags: section,
  summary: 'Messages by key, each with its newest version',
  request: {
    query: tenantQuery.extend({
      state: z.enum(messageStates).optional().openapi({ description: 'Of the newest version.' }),
      tag: plainText(40).optional(),
      after: plainText(maxKeyCharacters).default('').openapi({ description: '`next` of the page before.' }),
      limit: z.coerce.number().int().min(1).max(1_000).default(100),
    }),
  },
  responses: {
    200: json(z.object({ messages: z.array(messageSchema), next: z.string().nullable() }), 'The messages.'),
    ...problems(400, 503),
  },
});

const one = createRoute({
  method: 'get',
  path: '/messages/{key}',
  tags: section,
  summary: 'A message with all its versions, the newest first',
  request: { params: keyParams, query: tenantQuery },
  responses: {
    200: json(
      messageSchema
        .omit({ latest: true })
        .extend({ versions: z.array(versionSchema) })
        .openapi('MessageDetail'),
      'The message.',
    ),
    ...problems(400, 404, 503),
  },
});

const upload = createRoute({
  method: 'put',
  path: '/messages/{key}',
  tags: section,
  summary: 'Make a recording of a person the newest version of a message',
  request: {
    params: keyParams,
    query: tenantQuery.extend({
      text: plainText(5_000).optional().openapi({ description: 'What is said in it; transcribed when unset.' }),
      voice: wordedText(100).default('person').openapi({ description: 'Who speaks.' }),
      language: z
        .string()
        .regex(/^[a-z]{2}$/)
        .default('en'),
      tags: z
        .string()
        .regex(/^[A-Za-z0-9_.-]{1,40}(,[A-Za-z0-9_.-]{1,40}){0,19}$/)
        .optional()
        .openapi({ description: 'Separated by commas.' }),
      loudness: z.coerce.number().min(-40).max(-5).default(speechLoudnessLufs),
      check: z
        .enum(['true', 'false'])
        .default('true')
        .openapi({ description: 'Transcribe it, and mark what differs from its text.' }),
      approvedBy: who.optional().openapi({ description: 'Approves it, in this name, where nothing about it is odd.' }),
    }),
    body: { required: true, content: { 'audio/wav': { schema: binary } } },
  },
  responses: {
    200: json(z.object({ key: z.string(), version: z.number().int(), added: z.boolean() }), 'The version that it is.'),
    ...problems(400, 413, 503, 504),
  },
});

const wishes = { approve: 'approved', reject: 'rejected' } as const;
type Wish = keyof typeof wishes;
const wishRoute = (wish: Wish) =>
  createRoute({
    method: 'post',
    path: `/messages/{key}/versions/{version}/${wish}`,
    tags: section,
    summary: wish === 'approve' ? 'Let calls play a version' : 'Keep calls from playing a version',
    request: {
      params: versionParams,
      query: tenantQuery,
      body: jsonBody(z.object({ by: who.openapi({ description: 'Who decides.' }) })),
    },
    responses: { 200: json(versionSchema, 'The version.'), ...problems(400, 404, 503) },
  });

const versionQuery = z.coerce.number().int().min(1).max(1_000_000_000).optional().openapi({
  description: 'The one that calls play when unset; the newest where none is approved.',
});

const audio = createRoute({
  method: 'get',
  path: '/messages/{key}/audio',
  tags: section,
  summary: 'The sound of a message',
  request: {
    params: keyParams,
    query: tenantQuery.extend({
      version: versionQuery,
      rendition: z
        .enum(renditions)
        .default('wav')
        .openapi({ description: 'PCM16 at 24 kHz, Opus in Ogg, or mu-law at 8 kHz; all mono.' }),
    }),
  },
  responses: {
    200: { description: 'The sound.', content: { 'audio/wav': { schema: binary }, 'audio/ogg': { schema: binary } } },
    ...problems(400, 404, 503),
  },
});

const speech = createRoute({
  method: 'post',
  path: '/messages/{key}/speech',
  tags: section,
  summary: 'The sound of a message with values in its slots',
  description: 'What is recorded of it and what is spoken now, in one voice: the clauses with slots are spoken.',
  request: {
    params: keyParams,
    query: tenantQuery,
    body: jsonBody(
      z.object({
        values: z.record(z.string(), plainText(maxValueCharacters)).openapi({ example: { amount: '120 dollars' } }),
        version: versionQuery,
      }),
    ),
  },
  responses: {
    200: { description: 'The sound, mono.', content: { 'audio/wav': { schema: binary } } },
    ...problems(400, 404, 503, 504),
  },
});

export interface MessageRouteDependencies {
  readonly db: Database;
  readonly blobs: Pick<BlobStore, 'find' | 'put'>;
  readonly calls: CallService;
  readonly maxAudioSeconds: number;
}

export function addMessageRoutes(app: OpenAPIHono, { db, blobs, calls, maxAudioSeconds }: MessageRouteDependencies): void {
  const versions = async (tenant: string, message: string) => {
    const found = await versionsOf(db, tenant, message);
    if (found.length === 0) throw notFound(`There is no message '${message}'.`);
    return found;
  };
  app.openapi(list, async (c) => {
    const { limit, ...filter } = c.req.valid('query');
    const rows = await listMessages(db, { ...filter, limit: limit + 1 });
    const page = rows.slice(0, limit);
    const next = rows.length > limit ? (page.at(-1)?.key ?? null) : null;
    const messages = page.map(({ latest, tags, ...message }) => ({
      ...message,
      tags: [...tags],
      updatedAt: message.updatedAt.toISOString(),
      latest: shown(latest),
    }));
    return c.json({ messages, next }, 200);
  });
  app.openapi(one, async (c) => {
    const { tenant } = c.req.valid('query');
    const { key: name } = c.req.valid('param');
    const found = await versions(tenant, name);
    const { language = '', tags = [], updatedAt = new Date(0) } = (await findMessage(db, tenant, name)) ?? {};
    const played = found.find(({ state }) => state === 'approved')?.version ?? null;
    return c.json(
      { key: name, language, tags, playedVersion: played, updatedAt: updatedAt.toISOString(), versions: found.map(shown) },
      200,
    );
  });
  app.openapi(upload, async (c) => {
    const { tenant, text = '', loudness, check, tags, ...about } = c.req.valid('query');
    const { key: name } = c.req.valid('param');
    const wav = await readBody(c.req.raw, maxWavBytes(maxAudioSeconds));
    decodeWav(wav, maxAudioSeconds);
    const hash = recordingHash(wav, loudness);
    const blobKey = uploadKey(tenant, hash);
    await blobs.put(blobKey, wav, 'audio/wav');
    const recording = {
      ...about,
      tenant,
      key: name,
      blobKey,
      hash,
      text: text.trim(),
      tags: tags?.split(',') ?? [],
      loudnessLufs: loudness,
    };
    const { version, added } = await calls.steps.recordMessage({ ...recording, check: check === 'true' });
    return c.json({ key: name, version, added }, 200);
  });
  for (const wish of Object.keys(wishes) as Wish[]) {
    app.openapi(wishRoute(wish), async (c) => {
      const { tenant } = c.req.valid('query');
      const { key: name, version } = c.req.valid('param');
      const decision = { state: wishes[wish], decidedBy: c.req.valid('json').by, decidedAt: new Date() };
      await decide(db, { tenant, key: name, version, ...decision });
      const found = (await versions(tenant, name)).find((one) => one.version === version);
      if (!found) throw notFound(`The message '${name}' has no version ${version}.`);
      return c.json(shown(found), 200);
    });
  }
  /** A version with one of its files. */
  async function sound(tenant: string, name: string, version: number | undefined, rendition: Rendition) {
    const found = await versions(tenant, name);
    const wanted =
      version === undefined
        ? ((await playedVersion(db, tenant, name)) ?? found[0])
        : found.find((one) => one.version === version);
    if (!wanted) throw notFound(`The message '${name}' has no version ${version}.`);
    const bytes = await blobs.find(renditionKey(tenant, wanted.hash, rendition));
    if (bytes) return { wanted, bytes };
    throw new VoicebotError('not-found', `The sound of '${name}' is not in the blob store any more.`, {
      hint: 'Make the message again.',
    });
  }
  app.openapi(speech, async (c) => {
    const { tenant } = c.req.valid('query');
    const { values, version } = c.req.valid('json');
    const { wanted, bytes } = await sound(tenant, c.req.valid('param').key, version, 'wav');
    const { engine, voice, speed, parts, gainDb } = wanted;
    const headers = { 'Content-Type': 'audio/wav', 'X-Message-Version': String(wanted.version) };
    if (!parts) return c.body(bytes as Uint8Array<ArrayBuffer>, 200, headers);
    const message = { engine, voice, speed, parts, gainDb: gainDb ?? 0, recorded: bytes };
    const { pcm, sampleRateHz } = await speakFilled(message, values, (text, style) => calls.steps.speak(text, style));
    return c.body(encodeWav(pcm, sampleRateHz) as Uint8Array<ArrayBuffer>, 200, headers);
  });
  app.openapi(audio, async (c) => {
    const { tenant, version, rendition } = c.req.valid('query');
    const { wanted, bytes } = await sound(tenant, c.req.valid('param').key, version, rendition);
    return c.body(bytes as Uint8Array<ArrayBuffer>, 200, {
      'Content-Type': renditionTypes[rendition].contentType,
      'X-Message-Version': String(wanted.version),
    });
  });
}

function shown({ key: _, hash: __, gainDb: ___, parts, ...version }: MessageVersion) {
  return {
    ...version,
    slots: [...new Set(parts?.flatMap(({ slots }) => slots))],
    findings: [...version.findings],
    decidedAt: version.decidedAt?.toISOString() ?? null,
    createdAt: version.createdAt.toISOString(),
  };
}
