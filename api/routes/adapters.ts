import { createHash } from 'node:crypto';
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { findAdapter, listAdapters, registerAdapter } from '../../db/adapters.ts';
import type { BlobStore } from '../../db/blobs.ts';
import type { Database } from '../../db/open.ts';
import { activateAdapter } from '../../db/tenants.ts';
import { localPrincipal } from '../../domain/access/access.ts';
import { VoicebotError } from '../../domain/errors.ts';
import { parseSessionId, sessionIdPattern } from '../../domain/session-id.ts';
import type { Access } from '../access/guard.ts';
import { readBody } from '../audio-input.ts';
import type { CallService } from '../calls.ts';
import { notFound } from '../problem.ts';
import { json, jsonBody, problems } from '../schemas.ts';
import { tenantQuery } from './tenant.ts';

const tags = ['Adapters'];
const nameSchema = z.object({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/)
    .openapi({ param: { name: 'name', in: 'path' } }),
});

const adapterSchema = z
  .object({
    name: z.string(),
    baseModel: z.string(),
    file: z.string(),
    sha256: z.string(),
    metrics: z
      .object({
        heldOutLoss: z.number().optional(),
        baseLoss: z.number().optional(),
        trainedTurns: z.number().optional(),
        heldOutTurns: z.number().optional(),
        steps: z.number().optional(),
      })
      .openapi({ description: 'As measured in its training; empty for a file that was brought.' }),
    state: z.enum(['registered', 'retired']),
    activeFor: z.array(z.string()).openapi({ description: 'Tenants that speak with it.' }),
    createdAt: z.string(),
  })
  .openapi('Adapter');

const list = createRoute({
  method: 'get',
  path: '/adapters',
  tags,
  summary: 'LoRA adapters, newest first',
  responses: { 200: json(z.object({ adapters: z.array(adapterSchema) }), 'The adapters.'), ...problems(503) },
});

const create = createRoute({
  method: 'post',
  path: '/adapters/{name}',
  tags,
  summary: 'Register an adapter',
  description:
    'The body is the GGUF file. For a model server that reads its own files, send none and give `path` and `sha256`. A name is one file for ever.',
  request: {
    params: nameSchema,
    query: z.object({
      baseModel: z.string().min(1).max(200).openapi({ description: 'The model that it belongs to.' }),
      path: z.string().max(1_000).optional(),
      sha256: z
        .string()
        .regex(/^[0-9a-f]{64}$/)
        .optional(),
    }),
    body: { content: { 'application/octet-stream': { schema: z.string().openapi({ type: 'string', format: 'binary' }) } } },
  },
  responses: { 201: json(adapterSchema, 'The adapter.'), ...problems(400, 409, 413, 503) },
});

const residence = z.object({ loaded: z.array(z.string()).openapi({ description: 'Ready on the worker that answered.' }) });

const load = createRoute({
  method: 'post',
  path: '/adapters/{name}/load',
  tags,
  summary: 'Make an adapter ready on a worker',
  description: 'Calls in progress go on. Other workers load it when they first need it.',
  request: { params: nameSchema },
  responses: { 200: json(residence, 'What is ready.'), ...problems(400, 404, 422, 502, 503, 504) },
});

const unload = createRoute({
  method: 'post',
  path: '/adapters/{name}/unload',
  tags,
  summary: 'Free an adapter on a worker',
  request: { params: nameSchema },
  responses: { 200: json(residence, 'What is ready.'), ...problems(400, 404, 409, 422, 502, 503, 504) },
});

const activate = createRoute({
  method: 'put',
  path: '/adapters/active',
  tags,
  summary: 'The adapter that a tenant, or one call, speaks with',
  description: 'From the next turn on, also in calls that are running. Cached answers of another adapter are not served.',
  request: {
    query: tenantQuery,
    body: jsonBody(
      z.object({
        name: z.string().nullable().openapi({ description: 'Null for the model as it is.' }),
        sessionId: z
          .string()
          .regex(sessionIdPattern)
          .optional()
          .openapi({ description: "This call alone; its tenant's where the name is null." }),
      }),
    ),
  },
  responses: { 200: json(z.object({ name: z.string().nullable() }), 'What counts now.'), ...problems(400, 404, 503) },
});

const train = createRoute({
  method: 'post',
  path: '/adapters/{name}/train',
  tags,
  summary: 'Train an adapter from reviewed turns',
  description: 'A durable workflow on the queue `training`, which a Python worker serves. It registers only what does better.',
  request: {
    params: nameSchema,
    query: tenantQuery,
    body: jsonBody(
      z.object({
        baseModelPath: z
          .string()
          .min(1)
          .max(1_000)
          .openapi({ description: 'Where the trainer finds the model: a GGUF file, a folder, or a name on a hub.' }),
        minTurns: z.number().int().min(2).default(20),
        rank: z.number().int().min(1).max(256).default(8),
        alpha: z.number().int().min(1).max(512).default(16),
        steps: z.number().int().min(1).max(100_000).default(60),
        batchSize: z.number().int().min(1).max(256).default(4),
        learningRate: z.number().min(1e-7).max(0.1).default(1e-3),
      }),
    ),
  },
  responses: { 202: json(z.object({ workflowId: z.string() }), 'It runs; see the Temporal UI.'), ...problems(400, 409, 503) },
});

const training = createRoute({
  method: 'get',
  path: '/adapters/{name}/training',
  tags,
  summary: 'How a training stands',
  request: { params: nameSchema, query: tenantQuery },
  responses: {
    200: json(
      z.object({
        status: z.string().openapi({ description: 'As Temporal names it: RUNNING, COMPLETED, FAILED.' }),
        progress: z.unknown().optional().openapi({ description: 'The last heartbeat of the trainer.' }),
        result: z.unknown().optional(),
      }),
      'Where it is.',
    ),
    ...problems(400, 404, 503),
  },
});

const maxAdapterBytes = 500_000_000;
const ggufMagic = 'GGUF';

export interface AdapterRouteDependencies {
  readonly db: Database;
  readonly calls: CallService;
  readonly blobs: Pick<BlobStore, 'put'>;
  readonly modelName: string;
  readonly access: Pick<Access, 'assertOwnSession'>;
}

export function addAdapterRoutes(app: OpenAPIHono, { db, calls, blobs, modelName, access }: AdapterRouteDependencies): void {
  const known = async (name: string) => {
    const row = await findAdapter(db, name);
    if (!row) throw notFound(`There is no adapter '${name}'.`);
    return row;
  };
  const all = async () =>
    (await listAdapters(db)).map((row) => ({ ...row, activeFor: [...row.activeFor], createdAt: row.createdAt.toISOString() }));

  app.openapi(list, async (c) => c.json({ adapters: await all() }, 200));
  app.openapi(create, async (c) => {
    const { name } = c.req.valid('param');
    const { baseModel, path, sha256 } = c.req.valid('query');
    const adapter =
      path && sha256 ? { file: path, sha256 } : await stored(name, await readBody(c.req.raw, maxAdapterBytes), blobs);
    if ((await registerAdapter(db, { name, baseModel, metrics: {}, ...adapter })) === 'exists') {
      throw new VoicebotError('conflict', `The name '${name}' has another adapter.`, { hint: 'Choose a new name.' });
    }
    const made = (await all()).find((row) => row.name === name);
    if (!made) throw notFound(`There is no adapter '${name}'.`);
    return c.json(made, 201);
  });
  const reside = async (wish: 'load' | 'unload', name: string) => {
    const { file, sha256 } = await known(name);
    const { loaded } = await calls.steps.adapter(wish, { name, file, sha256 });
    return { loaded: [...loaded] };
  };
  app.openapi(load, async (c) => c.json(await reside('load', c.req.valid('param').name), 200));
  app.openapi(unload, async (c) => c.json(await reside('unload', c.req.valid('param').name), 200));
  app.openapi(activate, async (c) => {
    const { name, sessionId } = c.req.valid('json');
    if (name !== null) await known(name);
    await access.assertOwnSession(c.get('principal') ?? localPrincipal, sessionId);
    if (sessionId === undefined) await activateAdapter(db, c.req.valid('query').tenant, name);
    else await calls.setAdapter(parseSessionId(sessionId), name);
    return c.json({ name }, 200);
  });
  app.openapi(train, async (c) => {
    const { name } = c.req.valid('param');
    if (await findAdapter(db, name))
      throw new VoicebotError('conflict', `The name '${name}' has an adapter.`, { hint: 'Choose a new name.' });
    const input = { name, tenant: c.req.valid('query').tenant, baseModel: modelName, ...c.req.valid('json') };
    return c.json({ workflowId: await calls.steps.train(input) }, 202);
  });
  app.openapi(training, async (c) =>
    c.json(await calls.steps.training(c.req.valid('query').tenant, c.req.valid('param').name), 200),
  );
}

async function stored(name: string, bytes: Uint8Array, blobs: Pick<BlobStore, 'put'>) {
  if (Buffer.from(bytes.subarray(0, 4)).toString('latin1') !== ggufMagic) {
    throw new VoicebotError('invalid-request', 'The file is no GGUF.', {
      hint: 'Send a GGUF LoRA adapter as the body, or give path and sha256 of one that the model server reads.',
    });
  }
  const file = `adapters/${name}.gguf`;
  await blobs.put(file, bytes, 'application/octet-stream');
  return { file, sha256: createHash('sha256').update(bytes).digest('hex') };
}
