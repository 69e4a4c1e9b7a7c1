import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { latestTurns } from '../../db/kept-turns.ts';
import type { Database } from '../../db/open.ts';
import { countActiveSessions, findSession, listSessions, type SessionRow } from '../../db/sessions.ts';
import type { AssistantSource } from '../../domain/assistant/source.ts';
import { VoicebotError } from '../../domain/errors.ts';
import { parseSessionId, workflowIdOf } from '../../domain/session-id.ts';
import { defaultTenant } from '../../domain/tenant.ts';
import { type Access, listedTenant } from '../access/guard.ts';
import { AssistantVersions } from '../assistant-versions.ts';
import type { CallService } from '../calls.ts';
import type { DataLife } from '../data-life.ts';
import { cursorOf, pageOf, partsOf } from '../paging.ts';
import { notFound } from '../problem.ts';
import {
  json,
  listQuerySchema,
  newSessionSchema,
  problems,
  sessionDetailSchema,
  sessionIdSchema,
  sessionListSchema,
  sessionSchema,
} from '../schemas.ts';
import { shownTurn } from './turns.ts';

const tags = ['Sessions'];
/** Turns that a session shows by itself. */
const shownTurns = 100;

const list = createRoute({
  method: 'get',
  path: '/sessions',
  tags,
  summary: 'Sessions, newest first, page by page',
  request: { query: listQuerySchema },
  responses: { 200: json(sessionListSchema, 'The sessions, and how many are active.'), ...problems(400) },
});

const detail = createRoute({
  method: 'get',
  path: '/sessions/{id}',
  tags,
  summary: 'One session with its turns',
  request: { params: sessionIdSchema },
  responses: { 200: json(sessionDetailSchema, 'The session.'), ...problems(400, 404) },
});

const create = createRoute({
  method: 'post',
  path: '/sessions/{id}',
  tags,
  summary: 'Start a session',
  description:
    'With a body, it is one of this customer: `POST /exports` and `POST /erasures` find it by either number. Only hashes of them are kept.',
  request: { params: sessionIdSchema, body: { content: { 'application/json': { schema: newSessionSchema } } } },
  responses: { 201: json(sessionSchema, 'The new session; its call workflow runs.'), ...problems(400, 404, 409, 503) },
});

const end = createRoute({
  method: 'delete',
  path: '/sessions/{id}',
  tags,
  summary: 'End a session',
  description: 'The call hangs up; a turn under way is finished first. Ending a session twice changes nothing.',
  request: { params: sessionIdSchema },
  responses: { 200: json(sessionSchema, 'The session as it ends.'), ...problems(400, 404, 503) },
});

const shown = ({ customerHashes: _, ...row }: SessionRow) => ({
  ...row,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
  endedAt: row.endedAt?.toISOString() ?? null,
});

export interface SessionRouteDependencies {
  readonly db: Database;
  readonly calls: CallService;
  readonly access: Pick<Access, 'limits'>;
  readonly dataLife: Pick<DataLife, 'belongsTo'>;
  readonly assistant: AssistantSource;
}

export function addSessionRoutes(
  app: OpenAPIHono,
  { db, calls, access, dataLife, assistant: shipped }: SessionRouteDependencies,
): void {
  const versions = new AssistantVersions(db, shipped);
  const known = async (id: string) => {
    const row = await findSession(db, parseSessionId(id));
    if (!row) throw notFound(`There is no session '${id}'.`);
    return row;
  };
  app.openapi(list, async (c) => {
    const { limit, cursor, from, until, failed, tenant: asked, ...filter } = c.req.valid('query');
    const tenant = listedTenant(c.get('principal'), asked);
    const [at, last] = cursor ? partsOf(cursor, 2) : [];
    const after = at && { at, id: String(last) };
    const [rows, active] = await Promise.all([
      listSessions(db, {
        ...filter,
        ...{ from: from ? new Date(from) : undefined, until: until ? new Date(until) : undefined },
        ...{ failed: failed === 'true', tenant, limit: limit + 1, after },
      }),
      countActiveSessions(db, tenant),
    ]);
    const { page, end } = pageOf(rows, limit);
    return c.json({ sessions: page.map(shown), active, nextCursor: end ? cursorOf(end.createdAt, end.id) : null }, 200);
  });
  app.openapi(detail, async (c) => {
    const row = await known(c.req.valid('param').id);
    const history = (await latestTurns(db, row.id, shownTurns)).map(shownTurn);
    return c.json({ ...shown(row), workflowId: workflowIdOf(row.id, row.tenant), history }, 200);
  });
  app.openapi(create, async (c) => {
    const id = parseSessionId(c.req.valid('param').id);
    const { customerId, phone, assistant, tenant: asked } = c.req.valid('json');
    if ((customerId ?? phone ?? assistant) !== undefined && c.get('principal')?.sessionId !== undefined) {
      throw new VoicebotError('unauthorized', 'A caller does not say whose call it is, nor what serves it.', {
        hint: 'Let the one who made the token begin the session.',
      });
    }
    await access.limits.session(c.get('principal'), c.get('clientAddress'));
    const own = listedTenant(c.get('principal'), asked);
    if (assistant !== undefined) await versions.filesOf(own ?? defaultTenant, assistant);
    const tenant = await calls.create(id, own, assistant);
    for (const customer of [customerId, phone]) if (customer !== undefined) await dataLife.belongsTo(id, tenant, customer);
    return c.json(shown(await known(id)), 201);
  });
  app.openapi(end, async (c) => {
    const row = await known(c.req.valid('param').id);
    if (row.status === 'active') await calls.end(row.id);
    // The workflow records its end a moment later; what was asked for is shown now.
    const ended =
      row.status === 'active' ? { ...row, status: 'ended' as const, endReason: 'hangup' as const, endedAt: new Date() } : row;
    return c.json(shown(ended), 200);
  });
}
