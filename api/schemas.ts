import { z } from '@hono/zod-openapi';
import { sessionIdPattern } from '../domain/session-id.ts';
import { tenantPattern } from '../domain/tenant.ts';
import { voiceEngineNames } from '../domain/voices/engine.ts';
import { cursorPattern, turnCursorPattern } from './paging.ts';

export const tenantName = z.string().regex(tenantPattern);

/** Whose data a list shows. */
export const listedTenantName = tenantName
  .optional()
  .openapi({ description: 'That of the key, where it is for one; all when unset.' });

/** Text that Postgres can keep: it has no character of code 0. */
export const plainText = (max: number) =>
  z
    .string()
    .max(max)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is the one that is meant.
    .regex(/^[^\u0000]*$/, 'holds a character of code 0');

/** The same, with something in it beside blanks. */
export const wordedText = (max: number) =>
  z
    .string()
    .max(max)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is the one that is meant.
    .regex(/^[^\u0000]*[^\s\u0000][^\u0000]*$/, 'is empty, or holds a character of code 0')
    .trim();

/** Shapes of the API, for validation and for its OpenAPI document. */

export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    code: z.string().openapi({ description: 'Stable name of the kind of error.' }),
    hint: z.string().optional().openapi({ description: 'What to do about it.' }),
    retryAfterSeconds: z
      .number()
      .optional()
      .openapi({ description: 'When another try is worth it; also the header Retry-After.' }),
    instance: z.string().optional(),
  })
  .openapi('Problem');

export const sessionIdSchema = z.object({
  id: z
    .string()
    .regex(sessionIdPattern, 'is no session id')
    .openapi({
      param: { name: 'id', in: 'path' },
      example: 'caller-42',
      description: '1 to 64 letters, digits, dots, dashes and underscores.',
    }),
});

export const sessionSchema = z
  .object({
    id: z.string(),
    status: z.enum(['active', 'ended', 'timed-out']),
    turns: z.number().int(),
    lastIntent: z.string().nullable(),
    endReason: z.string().nullable(),
    createdAt: z.string(),
    updatedAt: z.string(),
    endedAt: z.string().nullable(),
  })
  .openapi('Session');

export const newSessionSchema = z
  .object({
    customerId: z
      .string()
      .regex(/^[0-9A-Za-z][0-9A-Za-z._-]{0,63}$/, 'is no number of a customer')
      .optional(),
    phone: z
      .string()
      .regex(/^\+?[0-9]{3,15}$/, 'is no telephone number such as +4930123456')
      .optional(),
    assistant: z
      .string()
      .regex(/^[0-9a-f]{12}$/, 'is no version of an assistant')
      .optional()
      .openapi({ description: 'Version that this call tries; the one that holds when unset.' }),
    tenant: tenantName
      .optional()
      .openapi({ description: 'Whose bot answers: that of the key, where it is for one, and else the default one.' }),
  })
  .openapi('NewSession');

export const guardsSchema = z
  .array(z.object({ side: z.enum(['input', 'output']), action: z.enum(['redacted', 'refused', 'withheld']), reason: z.string() }))
  .openapi({ description: 'What guards decided, and why.' });

export const turnSchema = z
  .object({
    turn: z.number().int(),
    status: z.enum(['answered', 'failed']),
    transcript: z.string(),
    language: z.string(),
    reply: z.string(),
    source: z.enum(['cache', 'model', 'bank', 'knowledge', 'approved', 'silence', 'apology']),
    intent: z.string(),
    audioMs: z.number(),
    spokenMs: z.number(),
    heardReply: z
      .string()
      .nullable()
      .openapi({ description: 'What the caller heard of the reply; null where that is not known.' }),
    interrupted: z.boolean(),
    waitedMs: z
      .number()
      .int()
      .nullable()
      .openapi({ description: 'From the last word of the caller to the first sound of the reply.' }),
    engine: z.string().nullable().openapi({ description: 'The engine that was asked for; null for the live one.' }),
    errorStep: z.string().nullable(),
    errorCode: z.string().nullable(),
    errorMessage: z.string().nullable(),
    retries: z.number().int().openapi({ description: 'How often the turn had failed before.' }),
    citations: z.array(z.string()).openapi({ description: 'Articles that the reply rests on.' }),
    guards: guardsSchema,
    adapter: z.string().nullable().openapi({ description: 'The LoRA adapter that was in use.' }),
    assistant: z.string().nullable().openapi({ description: 'Version of the assistant that understood it.' }),
    createdAt: z.string(),
  })
  .openapi('Turn');

const nextCursor = z.string().nullable().openapi({ description: 'For the next page; null at the end.' });
export const sessionListSchema = z
  .object({ sessions: z.array(sessionSchema), active: z.number().int(), nextCursor })
  .openapi('SessionList');
export const sessionDetailSchema = sessionSchema
  .extend({
    tenant: z.string(),
    workflowId: z.string().openapi({ description: "Of the call's workflow, in Temporal." }),
    history: z.array(turnSchema).openapi({ description: 'The latest 100 turns; all of them: /sessions/{id}/turns.' }),
  })
  .openapi('SessionDetail');
export const turnListSchema = z
  .object({ turns: z.array(turnSchema), next: z.number().int().nullable().openapi({ description: '`after` of the next page.' }) })
  .openapi('TurnList');
export const turnStepsSchema = z
  .object({
    steps: z.array(
      z.object({
        step: z.string(),
        queueMs: z.number().nullable().openapi({ description: 'Until a worker took it; null where it has no queue.' }),
        workMs: z.number(),
      }),
    ),
  })
  .openapi('TurnSteps');
export const failedTurnListSchema = z
  .object({
    turns: z.array(
      z.object({
        sessionId: z.string(),
        turn: z.number().int(),
        transcript: z.string(),
        errorStep: z.string().nullable(),
        errorCode: z.string().nullable(),
        errorMessage: z.string().nullable(),
        retries: z.number().int(),
        hasAudio: z.boolean().openapi({ description: 'What the caller said can be fetched, and heard again by a retry.' }),
        createdAt: z.string(),
      }),
    ),
    nextCursor,
  })
  .openapi('FailedTurnList');

/** What a caller writes, instead of speaking. */
export const textTurnSchema = z
  .object({
    text: wordedText(2_000),
    turn: z
      .number()
      .int()
      .min(1)
      .max(1_000_000)
      .optional()
      .openapi({ description: 'The same number again gives the same answer; the next one when unset.' }),
  })
  .openapi('TextTurn');

/** What became of a turn that was asked for. */
const takenTurn = z.object({
  turn: z.number().int(),
  status: z.enum(['answered', 'failed', 'ignored', 'superseded']),
  transcript: z.string(),
  reply: z.string(),
  source: z.string(),
  intent: z.string(),
  error: z.object({ step: z.string(), code: z.string(), message: z.string() }).optional(),
});

export const answeredTurnSchema = takenTurn
  .extend({
    citations: z.array(z.string()).optional(),
    expectedDigits: z.number().int().optional().openapi({ description: 'Digits that the bot waits for now.' }),
    next: z.enum(['listen', 'end', 'transfer']).optional(),
  })
  .openapi('AnsweredTurn');

/** What another try of a turn gave. */
export const retriedTurnSchema = takenTurn.extend({ retries: z.number().int().optional() }).openapi('RetriedTurn');

const limit = z.coerce.number().int().min(1).max(1000).default(100);
const moment = z.iso
  .datetime({ offset: true, error: 'is no moment such as 2026-01-31T08:00:00Z' })
  .openapi({ format: 'date-time' });
export const listQuerySchema = z.object({
  tenant: listedTenantName,
  status: z.enum(['active', 'ended', 'timed-out']).optional(),
  search: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,64}$/, 'is no part of a session id')
    .optional()
    .openapi({ description: 'Part of the id.' }),
  intent: plainText(100).optional().openapi({ description: 'Of the last turn.' }),
  endReason: z.enum(['hangup', 'timeout', 'idle', 'goodbye', 'transferred', 'lost']).optional(),
  from: moment.optional().openapi({ description: 'Began then or later.' }),
  until: moment.optional().openapi({ description: 'Began before.' }),
  failed: z.enum(['true', 'false']).optional().openapi({ description: '`true`: those with a turn that failed.' }),
  limit,
  cursor: z.string().regex(cursorPattern).optional().openapi({ description: '`nextCursor` of the page before.' }),
});
export const turnParamsSchema = z.object({
  id: sessionIdSchema.shape.id,
  turn: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .openapi({ param: { name: 'turn', in: 'path' } }),
});
export const turnsQuerySchema = z.object({ after: z.coerce.number().int().min(0).max(1_000_000).default(0), limit });
export const failedQuerySchema = z.object({
  status: z.literal('failed').default('failed'),
  tenant: listedTenantName,
  limit,
  cursor: z.string().regex(turnCursorPattern).optional().openapi({ description: '`nextCursor` of the page before.' }),
});

export const binary = z.string().openapi({ type: 'string', format: 'binary' });

export const languageQuery = z.object({
  language: z
    .string()
    .regex(/^([a-z]{2,3}|auto)$/, 'is no ISO 639-1 code and not auto')
    .optional(),
});

/** A WAV file as the body, or in the field `audio` of a form. */
export const wavUpload = {
  required: true as const,
  content: { 'audio/wav': { schema: binary }, 'multipart/form-data': { schema: z.object({ audio: binary }) } },
};

export const transcriptSchema = z
  .object({
    text: z.string().openapi({ description: 'Empty where nobody spoke.' }),
    language: z.string().openapi({ description: 'ISO 639-1 code.' }),
    audioMs: z.number(),
    processingMs: z.number(),
  })
  .openapi('Transcript');

export const speechRequestSchema = z
  .object({
    text: z
      .string()
      .min(1)
      .max(5_000)
      // What the decoder puts in the place of bytes that it cannot read.
      .refine((text) => !text.includes('\uFFFD'), 'is not valid UTF-8'),
    voice: z.string().optional().openapi({ example: 'af_bella' }),
    engine: z
      .string()
      .max(40)
      .default('auto')
      .openapi({ description: 'An engine that is there, or auto.', enum: [...voiceEngineNames, 'auto'] }),
    speed: z.number().min(0.5).max(2).optional(),
  })
  .openapi('SpeechRequest');

const checkSchema = z.object({ ok: z.boolean(), latencyMs: z.number(), error: z.string().optional() });
export const healthSchema = z
  .object({
    status: z.enum(['ok', 'degraded', 'starting', 'stopping', 'down']),
    version: z.string(),
    uptimeSeconds: z.number(),
    database: checkSchema,
    temporal: checkSchema,
    workers: z.record(z.string(), z.number().nullable()).openapi({ description: 'Pollers by task queue; null where unknown.' }),
  })
  .openapi('Health');

/** Of a service without the API. */
export const serviceHealthSchema = z
  .object({
    status: z.enum(['ok', 'starting', 'stopping', 'down']),
    service: z.string(),
    version: z.string(),
    uptimeSeconds: z.number(),
    workers: z.record(z.string(), z.string()).openapi({ description: "States of its workers by queue, in the SDK's words." }),
    temporal: checkSchema.optional(),
    database: checkSchema.optional(),
  })
  .openapi('ServiceHealth');

export const serviceInfoSchema = z
  .object({
    name: z.string(),
    summary: z.string(),
    version: z.string(),
    queues: z.array(z.string()),
    engines: z.array(z.object({ queue: z.string(), name: z.string(), loaded: z.boolean() })),
    openapi: z.string(),
    endpoints: z.array(z.string()),
  })
  .openapi('ServiceInfo');

export const infoSchema = z
  .object({ name: z.string(), version: z.string(), docs: z.string(), openapi: z.string(), endpoints: z.array(z.string()) })
  .openapi('Info');

export const problems = (...statuses: number[]) =>
  Object.fromEntries(
    [401, 403, 429, ...statuses].map((status) => [
      status,
      { description: 'Problem details (RFC 9457).', content: { 'application/problem+json': { schema: problemSchema } } },
    ]),
  );

export const json = <Schema extends z.ZodType>(schema: Schema, description: string) => ({
  description,
  content: { 'application/json': { schema } },
});

/** A JSON body that must be there. */
export const jsonBody = <Schema extends z.ZodType>(schema: Schema) => ({
  required: true as const,
  content: { 'application/json': { schema } },
});

/** A JSON body that may be left out. */
export const optionalBody = <Schema extends z.ZodType>(schema: Schema) => ({
  required: false as const,
  content: { 'application/json': { schema } },
});
