import { join } from 'node:path';
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { AdapterFiles } from '../activities/adapter-files.ts';
import { createLlmActivities, type LlmDependencies, replyOnce } from '../activities/llm.ts';
import { json, jsonBody, problems, wordedText } from '../api/schemas.ts';
import { modelCacheDir } from '../config/load.ts';
import { messageOf } from '../domain/errors.ts';
import { redact } from '../domain/redact.ts';
import { temperatureOf } from './engines.ts';
import type { Parts, WorkerDependencies } from './parts.ts';

function dependenciesOf({ config, engines, blobs, logger }: Parts): LlmDependencies {
  return {
    model: engines.llm,
    roles: engines.llmRoles,
    bankName: config.BANK_NAME,
    maxTokens: config.MISTRAL_MAX_TOKENS,
    temperature: temperatureOf(config),
    historyMaxTokens: config.HISTORY_MAX_TOKENS,
    adapters: new AdapterFiles({
      blobs,
      folder: join(modelCacheDir(config), 'adapters'),
      warn: (message) => logger.warn(message),
    }),
  };
}

/** The steps of the queue `llm`. */
export const llmActivities = (parts: Parts) => createLlmActivities(dependenciesOf(parts));

/** What the language model may do is found out while nobody is on the line; until then it may do nothing. */
export async function probeModel({ engines, logger }: WorkerDependencies, signal: AbortSignal): Promise<void> {
  await engines.llmRoles.learn({ signal, priority: 'background' }).catch((error) => {
    if (!signal.aborted)
      logger.warn({ error: messageOf(error) }, 'the language model is not probed, and is not let near callers');
  });
}

const maxExchanges = 50;
const text = wordedText(2_000);
const generate = createRoute({
  method: 'post',
  path: '/generate',
  tags: ['Language model'],
  summary: 'Have the language model answer, as a caller would hear it',
  description:
    'The same prompt and the same guards as in a call: sentences with a number, a date or a name of their own are withheld.',
  request: {
    body: jsonBody(
      z
        .object({
          text: text.openapi({ description: 'What the caller says.' }),
          history: z
            .array(z.object({ transcript: text, reply: text }))
            .max(maxExchanges)
            .default([])
            .openapi({ description: 'What was said before, oldest first.' }),
        })
        .openapi('GenerateRequest'),
    ),
  },
  responses: {
    200: json(
      z
        .object({
          reply: z.string(),
          source: z.enum(['model', 'approved']).openapi({ description: '`approved`: no sentence of the model was let pass.' }),
          withheld: z.number().int().openapi({ description: 'Sentences that were not let pass.' }),
          firstSentenceMs: z.number().nullable(),
          processingMs: z.number(),
        })
        .openapi('Generated'),
      'What would be said.',
    ),
    ...problems(400, 413, 422, 502, 503),
  },
});

/** What the service does for who asks it directly. */
export function addLlmRoutes(app: OpenAPIHono, parts: Parts): void {
  const deps = dependenciesOf(parts);
  app.openapi(generate, async (c) => {
    const { text: said, history } = c.req.valid('json');
    const startedAt = performance.now();
    const past = history.map(({ transcript, reply }) => ({ transcript: redact(transcript), reply: redact(reply) }));
    const answered = await replyOnce(deps, { transcript: redact(said), history: past }, c.req.raw.signal);
    return c.json({ ...answered, processingMs: performance.now() - startedAt }, 200);
  });
}
