import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { bodyLimit } from 'hono/body-limit';
import { assistantFigures, type Deployment, keepAssistant, listAssistants } from '../../db/assistants.ts';
import type { Database } from '../../db/open.ts';
import { definitionPattern, readAssistant } from '../../domain/assistant/read.ts';
import { type AssistantSource, assistantVersion, parseAssistant } from '../../domain/assistant/source.ts';
import { VoicebotError } from '../../domain/errors.ts';
import { AssistantVersions } from '../assistant-versions.ts';
import { json, jsonBody, optionalBody, problems } from '../schemas.ts';
import { tenantQuery } from './tenant.ts';

const tags = ['Assistants'];

const filesSchema = z.record(z.string().regex(definitionPattern, 'this is no file of an assistant'), z.string()).openapi({
  description: 'Texts by their paths in the folder: `assistant.yaml`, `wording.yaml`, `intents/balance.yaml` …',
  // Of JSON Schema 2020-12, which OpenAPI 3.1 takes whole.
  propertyNames: { pattern: definitionPattern.source },
} as object);

const checkedSchema = z
  .object({
    version: z.string().openapi({ description: 'Hash of the files.' }),
    problems: z.array(z.object({ file: z.string(), line: z.number().int().optional(), message: z.string() })),
  })
  .openapi('CheckedAssistant');

const shareSchema = z
  .number()
  .gt(0)
  .lt(1)
  .optional()
  .openapi({ description: 'Of new calls, to try it beside the version that holds; all of them when unset.' });

const deploymentSchema = z
  .object({
    version: z.string(),
    candidate: z.string().nullable().openapi({ description: 'Tried beside it.' }),
    share: z.number().openapi({ description: 'Of new calls, that try the candidate.' }),
    createdAt: z.string(),
  })
  .openapi('AssistantDeployment');

const figuresSchema = z.object({
  calls: z.number().int(),
  turns: z.number().int(),
  failed: z.number().int(),
  approved: z
    .number()
    .int()
    .openapi({ description: 'Turns answered in approved words alone: asked back, declined, talked about.' }),
  bank: z.number().int(),
  knowledge: z.number().int(),
  transferred: z.number().int().openapi({ description: 'Calls that were handed to a person.' }),
  reviewedGood: z.number().int(),
  reviewedBad: z.number().int(),
});

const listedSchema = z
  .object({
    inForce: deploymentSchema,
    shipped: z.string().openapi({ description: 'The version that serves where none is deployed.' }),
    versions: z.array(
      z.object({ version: z.string(), name: z.string(), createdAt: z.string(), figures: figuresSchema.nullable() }),
    ),
    deployments: z.array(deploymentSchema).openapi({ description: 'The latest first.' }),
  })
  .openapi('Assistants');

const versionParams = z.object({ version: z.string().regex(/^[0-9a-f]{12}$/, 'it is no version of an assistant') });

const list = createRoute({
  method: 'get',
  path: '/assistants',
  tags,
  summary: 'Versions of the assistant, what holds, and what each has done in calls',
  request: { query: tenantQuery },
  responses: { 200: json(listedSchema, 'The versions.'), ...problems(400, 503) },
});

const check = createRoute({
  method: 'post',
  path: '/assistants/check',
  tags,
  summary: 'Name what is wrong with an assistant',
  request: { body: jsonBody(z.object({ files: filesSchema })) },
  responses: { 200: json(checkedSchema, 'Its problems; none, where it may be deployed.'), ...problems(400, 413) },
});

const deploy = createRoute({
  method: 'post',
  path: '/assistants',
  tags,
  summary: 'Deploy an assistant',
  description: 'New calls begin with it once its router has learnt; running calls keep the version that they began with.',
  request: { query: tenantQuery, body: jsonBody(z.object({ files: filesSchema, share: shareSchema })) },
  responses: { 200: json(deploymentSchema, 'What holds now.'), ...problems(400, 409, 413, 503) },
});

const redeploy = createRoute({
  method: 'post',
  path: '/assistants/{version}/deploy',
  tags,
  summary: 'Deploy a version that is known',
  request: { query: tenantQuery, params: versionParams, body: optionalBody(z.object({ share: shareSchema })) },
  responses: { 200: json(deploymentSchema, 'What holds now.'), ...problems(400, 404, 409, 503) },
});

const rollback = createRoute({
  method: 'post',
  path: '/assistants/rollback',
  tags,
  summary: 'End a trial, or go back to the version before',
  request: { query: tenantQuery },
  responses: { 200: json(deploymentSchema, 'What holds now.'), ...problems(400, 409, 503) },
});

const one = createRoute({
  method: 'get',
  path: '/assistants/{version}',
  tags,
  summary: 'The files of a version',
  request: { query: tenantQuery, params: versionParams },
  responses: {
    200: json(z.object({ version: z.string(), files: z.record(z.string(), z.string()) }), 'Its files.'),
    ...problems(400, 404, 503),
  },
});

/** Characters of the largest assistant, in JSON. */
const maxBodyBytes = 8_000_000;

const shown = ({ createdAt, ...deployment }: Deployment) => ({ ...deployment, createdAt: createdAt.toISOString() });

export interface AssistantRouteDependencies {
  readonly db: Database;
  readonly assistant: AssistantSource;
}

export function addAssistantRoutes(app: OpenAPIHono, deps: AssistantRouteDependencies): void {
  const { db, assistant } = deps;
  const versions = new AssistantVersions(db, assistant);
  const bounded = bodyLimit({
    maxSize: maxBodyBytes,
    onError: () => {
      throw new VoicebotError('too-large', `The body is larger than ${maxBodyBytes / 1e6} MB.`, {
        hint: 'A file of an assistant holds texts that people write.',
      });
    },
  });
  app.use('/assistants', bounded);
  app.use('/assistants/*', bounded);

  app.openapi(list, async (c) => {
    const { tenant } = c.req.valid('query');
    const [kept, deployments, figures] = await Promise.all([
      listAssistants(db, tenant),
      versions.deployments(tenant),
      assistantFigures(db, tenant),
    ]);
    return c.json(
      {
        inForce: shown(deployments[0] ?? versions.shipped()),
        shipped: assistant.assistant.version,
        versions: kept.map(({ version, name, createdAt }) => ({
          ...{ version, name, createdAt: createdAt.toISOString(), figures: figures.get(version) ?? null },
        })),
        deployments: deployments.map(shown),
      },
      200,
    );
  });
  app.openapi(check, async (c) => {
    const { files } = c.req.valid('json');
    const version = assistantVersion(files);
    const { problems: found } = readAssistant(files, version, assistant.assistant);
    return c.json({ version, problems: [...found] }, 200);
  });
  app.openapi(deploy, async (c) => {
    const { tenant } = c.req.valid('query');
    const { files, share } = c.req.valid('json');
    const read = parseAssistant(files, assistant.assistant).assistant;
    await keepAssistant(db, { tenant, version: read.version, name: read.name, files });
    return c.json(shown(await versions.deploy(tenant, read.version, share)), 200);
  });
  app.openapi(redeploy, async (c) => {
    const { tenant } = c.req.valid('query');
    const { version } = c.req.valid('param');
    await versions.filesOf(tenant, version);
    return c.json(shown(await versions.deploy(tenant, version, c.req.valid('json').share)), 200);
  });
  app.openapi(rollback, async (c) => c.json(shown(await versions.rollBack(c.req.valid('query').tenant)), 200));
  app.openapi(one, async (c) => {
    const { version } = c.req.valid('param');
    return c.json({ version, files: { ...(await versions.filesOf(c.req.valid('query').tenant, version)) } }, 200);
  });
}
