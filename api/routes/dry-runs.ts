import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { findTurn } from '../../db/kept-turns.ts';
import type { Database } from '../../db/open.ts';
import type { AssistantSource } from '../../domain/assistant/source.ts';
import { VoicebotError } from '../../domain/errors.ts';
import { redact } from '../../domain/redact.ts';
import { parseSessionId } from '../../domain/session-id.ts';
import { AssistantVersions } from '../assistant-versions.ts';
import type { CallService } from '../calls.ts';
import { notFound } from '../problem.ts';
import { guardsSchema, json, optionalBody, problems, turnParamsSchema, wordedText } from '../schemas.ts';

const readingSchema = z.object({
  words: z
    .array(
      z.object({
        text: z.string(),
        part: z.discriminatedUnion('kind', [
          z.object({ kind: z.literal('value'), values: z.array(z.string()) }),
          z.object({ kind: z.enum(['unexplained', 'aside', 'plain']) }),
        ]),
      }),
    )
    .openapi({ description: 'Each word with what it was taken for: what changes when it is left out.' }),
  slots: z.record(z.string(), z.unknown()).openapi({ description: 'Values that were read, by their names.' }),
  intent: z.string(),
  confidence: z.number(),
  sureFrom: z.number(),
  sure: z.boolean(),
  runnerUp: z.string().optional(),
  reader: z.enum(['router', 'model']),
  unexplained: z.array(z.string()),
  others: z.array(z.object({ intent: z.string(), text: z.string() })),
});

const dryRunSchema = z
  .object({
    text: z.string(),
    reply: z.string().openapi({ description: 'Empty where a step follows that a dry run does not take.' }),
    source: z.string(),
    intent: z.string(),
    confidence: z.number(),
    citations: z.array(z.string()),
    guards: guardsSchema,
    assistant: z.string(),
    reading: readingSchema.nullable(),
    stoppedBefore: z
      .string()
      .nullable()
      .openapi({ description: 'The step at the bank that would follow: `verify`, `act`. A dry run changes nothing there.' }),
    trust: z.string(),
    waitsFor: z.string().nullable().openapi({ description: 'What the bot would wait for.' }),
    knowsCall: z.boolean().openapi({
      description: "Whether the call's state before this turn is still in its history; else the turn is taken for a first one.",
    }),
  })
  .openapi('DryRun');

const route = createRoute({
  method: 'post',
  path: '/sessions/{id}/turns/{turn}/dry-run',
  tags: ['Turns'],
  summary: 'What would be said, and how the words are read',
  description:
    'Takes the turn again as it was, or with other words or another version of the assistant. The call is not touched, nothing is ordered, and nobody is verified.',
  request: {
    params: turnParamsSchema,
    body: optionalBody(
      z.object({
        text: wordedText(2_000).optional(),
        assistant: z
          .string()
          .regex(/^[0-9a-f]{12}$/, 'is no version of an assistant')
          .optional(),
      }),
    ),
  },
  responses: { 200: json(dryRunSchema, 'What it comes to.'), ...problems(400, 404, 503, 504) },
});

export interface DryRunRouteDependencies {
  readonly db: Database;
  readonly calls: CallService;
  readonly assistant: AssistantSource;
}

export function addDryRunRoutes(app: OpenAPIHono, { db, calls, assistant: shipped }: DryRunRouteDependencies): void {
  const versions = new AssistantVersions(db, shipped);
  app.openapi(route, async (c) => {
    const { id, turn } = c.req.valid('param');
    const { text, assistant } = c.req.valid('json');
    const sessionId = parseSessionId(id);
    const row = await findTurn(db, sessionId, turn);
    if (!row) throw notFound(`There is no turn ${turn} of a session '${sessionId}'.`);
    if (assistant !== undefined) await versions.filesOf(row.tenant, assistant);
    const said = text === undefined ? row.transcript : redact(text);
    if (said === '')
      throw new VoicebotError('conflict', 'Nothing was understood in this turn.', { hint: 'Give other words: text.' });
    const { reading, stoppedBefore, waitsFor, guards, citations, ...run } = await calls.dryRuns.of(row, {
      text: text === undefined ? undefined : said,
      assistant,
    });
    return c.json(
      {
        ...run,
        text: said,
        guards: [...guards],
        citations: [...citations],
        reading: (reading ?? null) as z.infer<typeof readingSchema> | null,
        stoppedBefore: stoppedBefore ?? null,
        waitsFor: waitsFor ?? null,
      },
      200,
    );
  });
}
