import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Assistants } from '../activities/assistants.ts';
import { createCacheActivities } from '../activities/cache.ts';
import { KnowledgeImport } from '../activities/knowledge-import.ts';
import { SecondReader } from '../activities/second-reader.ts';
import { Understanding } from '../activities/understanding.ts';
import { tenantQuery } from '../api/routes/tenant.ts';
import { json, jsonBody, problems, wordedText } from '../api/schemas.ts';
import { modelName } from '../config/load.ts';
import { inTenant } from '../db/scope.ts';
import { newDialog } from '../domain/dialog/state.ts';
import { bankClock } from '../domain/language/dates.ts';
import { redact } from '../domain/redact.ts';
import { needed, type Parts, type WorkerDependencies } from './parts.ts';

/** The steps of the queue `cache`. */
export function cacheActivities({ config, engines: { embedder }, db, understanding }: Parts) {
  const database = needed(db, 'a database');
  return createCacheActivities({
    db: database,
    embedder,
    understanding: needed(understanding, 'a router'),
    knowledge: new KnowledgeImport(database, embedder),
    ttlSeconds: config.CACHE_TTL_SECONDS,
  });
}

export function createUnderstanding(
  { config, engines, db, metrics }: WorkerDependencies,
  assistants: Assistants | undefined,
  readsHere: boolean,
): Understanding {
  return new Understanding({
    db: needed(db, 'a database'),
    assistants: needed(assistants, 'a database'),
    embedder: engines.embedder,
    routerTrainer: engines.routerTrainer,
    modelName: modelName(config),
    secondReader: readsHere
      ? new SecondReader({ model: engines.llm, roles: engines.llmRoles, timeoutMs: config.SECOND_READER_MS })
      : undefined,
    clock: bankClock(config.BANK_TIME_ZONE),
    minSimilarity: config.CACHE_MIN_SIMILARITY,
    understood: (result) => metrics.understood.inc({ result }),
  });
}

const lookup = createRoute({
  method: 'post',
  path: '/lookup',
  tags: ['Cache'],
  summary: 'Understand a question, and answer it where the answer is known',
  description: 'As the first words of a caller whom nobody knows yet. Nothing is kept of it.',
  request: {
    query: tenantQuery,
    body: jsonBody(
      z
        .object({
          text: wordedText(2_000).openapi({ description: 'What the caller says.' }),
          language: z
            .string()
            .regex(/^[a-z]{2,3}$/, 'is no ISO 639-1 code')
            .default('en'),
        })
        .openapi('LookupRequest'),
    ),
  },
  responses: {
    200: json(
      z
        .object({
          intent: z.string(),
          confidence: z.number().openapi({ description: 'How sure the router is, 0 to 1.' }),
          found: z.enum(['answer', 'bank', 'model']).openapi({
            description: '`answer`: here it is. `bank`: a step at the bank comes next. `model`: the language model would talk.',
          }),
          reply: z.string().nullable(),
          source: z.string().nullable().openapi({ description: 'Where the answer comes from, as in turns.' }),
          citations: z.array(z.string()).openapi({ description: 'Articles that the answer rests on.' }),
          processingMs: z.number(),
        })
        .openapi('LookedUp'),
      'What the words mean.',
    ),
    ...problems(400, 413, 422, 503),
  },
});

/** What the service does for who asks it directly. */
export function addCacheRoutes(app: OpenAPIHono, { config, understanding }: Parts): void {
  const router = needed(understanding, 'a router');
  app.openapi(lookup, async (c) => {
    const { text, language } = c.req.valid('json');
    const { tenant } = c.req.valid('query');
    const startedAt = performance.now();
    const input = { transcript: redact(text), language, dialog: newDialog, tenant, persona: config.PERSONA };
    const { intent, confidence, next } = await inTenant(tenant, () =>
      router.understand({ ...input, canTransfer: false, mayEnd: false }, c.req.raw.signal),
    );
    const answer = next.kind === 'said' ? next : undefined;
    const found = next.kind === 'said' ? 'answer' : next.kind === 'bank' ? 'bank' : 'model';
    const { reply = null, source = null, citations = [] } = answer ?? {};
    return c.json(
      {
        intent,
        confidence,
        found,
        reply,
        source,
        citations: [...citations],
        processingMs: performance.now() - startedAt,
      } as const,
      200,
    );
  });
}
