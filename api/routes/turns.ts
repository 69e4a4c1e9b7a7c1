import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { type BlobStore, findRecording } from '../../db/blobs.ts';
import { findTurn, listFailedTurns, listTurns, stepsOfTurn, type TurnRow } from '../../db/kept-turns.ts';
import type { Database } from '../../db/open.ts';
import { findSession } from '../../db/sessions.ts';
import { VoicebotError } from '../../domain/errors.ts';
import { parseSessionId } from '../../domain/session-id.ts';
import { type Access, listedTenant } from '../access/guard.ts';
import type { CallService } from '../calls.ts';
import { cursorOf, pageOf, partsOf } from '../paging.ts';
import { notFound } from '../problem.ts';
import {
  answeredTurnSchema,
  failedQuerySchema,
  failedTurnListSchema,
  json,
  jsonBody,
  problems,
  retriedTurnSchema,
  sessionIdSchema,
  textTurnSchema,
  turnListSchema,
  turnParamsSchema,
  turnStepsSchema,
  turnsQuerySchema,
} from '../schemas.ts';

const tags = ['Turns'];

const failed = createRoute({
  method: 'get',
  path: '/turns',
  tags,
  summary: 'Failed turns of all calls, newest first',
  request: { query: failedQuerySchema },
  responses: { 200: json(failedTurnListSchema, 'The turns, with their causes.'), ...problems(400, 503) },
});

const ofSession = createRoute({
  method: 'get',
  path: '/sessions/{id}/turns',
  tags,
  summary: 'Turns of a session, oldest first',
  request: { params: sessionIdSchema, query: turnsQuerySchema },
  responses: { 200: json(turnListSchema, 'The turns after `after`.'), ...problems(400, 404, 503) },
});

const retry = createRoute({
  method: 'post',
  path: '/sessions/{id}/turns/{turn}/retry',
  tags,
  summary: 'Try a failed turn again',
  description:
    'From the words that were understood, or else from the audio that was kept. The reply is kept with the turn; its caller hears it only on coming back to the line. ' +
    'It works during the call and after it, and two who ask at once get the same answer.',
  request: { params: turnParamsSchema },
  responses: {
    200: json(retriedTurnSchema, 'What this try gave; it may have failed again.'),
    ...problems(400, 404, 409, 503, 504),
  },
});

const write = createRoute({
  method: 'post',
  path: '/sessions/{id}/turns',
  tags,
  summary: 'Say something in writing',
  description:
    'A turn of the call without audio, for channels that write and for trying the bot. Digits that the bot has asked for are sealed before they leave this process.',
  request: {
    params: sessionIdSchema,
    body: jsonBody(textTurnSchema),
  },
  responses: { 200: json(answeredTurnSchema, 'The answer.'), ...problems(400, 404, 409, 503, 504) },
});

const steps = createRoute({
  method: 'get',
  path: '/sessions/{id}/turns/{turn}/steps',
  tags,
  summary: 'Where the time of a turn went',
  request: { params: turnParamsSchema },
  responses: { 200: json(turnStepsSchema, 'Its steps; `total` is all of it.'), ...problems(400, 404, 503) },
});

const audio = createRoute({
  method: 'get',
  path: '/sessions/{id}/turns/{turn}/audio',
  tags,
  summary: 'Audio of a turn that was kept',
  request: { params: turnParamsSchema, query: z.object({ kind: z.enum(['heard', 'spoken']).default('heard') }) },
  responses: {
    200: {
      description: 'The caller (`heard`) or the bot (`spoken`).',
      content: { 'audio/wav': { schema: z.string().openapi({ type: 'string', format: 'binary' }) } },
    },
    ...problems(400, 404, 503),
  },
});

export const shownTurn = ({ sessionId: _, tenant: __, guards, ...turn }: TurnRow) => ({
  ...turn,
  guards: [...guards],
  createdAt: turn.createdAt.toISOString(),
});

export interface TurnRouteDependencies {
  readonly db: Database;
  readonly calls: CallService;
  readonly blobs: Pick<BlobStore, 'find'>;
  readonly access: Pick<Access, 'limits'>;
}

export function addTurnRoutes(app: OpenAPIHono, { db, calls, blobs, access }: TurnRouteDependencies): void {
  app.openapi(failed, async (c) => {
    const { limit, cursor, tenant } = c.req.valid('query');
    const [at, sessionId, turn] = cursor ? partsOf(cursor, 3) : [];
    const after = at && { at, sessionId: String(sessionId), turn: Number(turn) };
    const { page, end } = pageOf(
      await listFailedTurns(db, { tenant: listedTenant(c.get('principal'), tenant), limit: limit + 1, after }),
      limit,
    );
    const turns = page.map((row) => ({ ...row, createdAt: row.createdAt.toISOString() }));
    return c.json({ turns, nextCursor: end ? cursorOf(end.createdAt, end.sessionId, end.turn) : null }, 200);
  });

  app.openapi(ofSession, async (c) => {
    const id = parseSessionId(c.req.valid('param').id);
    const { after, limit } = c.req.valid('query');
    if (!(await findSession(db, id))) throw notFound(`There is no session '${id}'.`);
    const { page, end } = pageOf(await listTurns(db, id, { after, limit: limit + 1 }), limit);
    return c.json({ turns: page.map(shownTurn), next: end?.turn ?? null }, 200);
  });

  app.openapi(steps, async (c) => {
    const { id, turn } = c.req.valid('param');
    const sessionId = parseSessionId(id);
    if (!(await findTurn(db, sessionId, turn))) throw notFound(`There is no turn ${turn} of a session '${sessionId}'.`);
    return c.json({ steps: await stepsOfTurn(db, sessionId, turn) }, 200);
  });

  app.openapi(retry, async (c) => {
    const params = c.req.valid('param');
    const id = parseSessionId(params.id);
    const row = await findTurn(db, id, params.turn);
    if (!row) throw notFound(`There is no turn ${params.turn} of a session '${id}'.`);
    if (row.status !== 'failed') {
      throw new VoicebotError('conflict', `Turn ${params.turn} was answered; there is nothing to try again.`);
    }
    const { turn, status, transcript, reply, source, intent, retries, error } = await calls.turns.retry(id, params.turn);
    const more = { ...(retries === undefined ? {} : { retries }), ...(error === undefined ? {} : { error }) };
    return c.json({ turn, status, transcript, reply, source, intent, ...more }, 200);
  });

  app.openapi(write, async (c) => {
    const id = parseSessionId(c.req.valid('param').id);
    const { text, turn } = c.req.valid('json');
    if (!(await findSession(db, id))) throw notFound(`There is no session '${id}'.`);
    await access.limits.turn(id);
    const outcome = await calls.turns.takeText(id, text, turn);
    const { status, transcript, reply, source, intent, citations, expectedDigits, next, error } = outcome;
    const more = {
      ...(citations ? { citations: [...citations] } : {}),
      ...(expectedDigits === undefined ? {} : { expectedDigits }),
      ...(next ? { next } : {}),
      ...(error ? { error } : {}),
    };
    return c.json({ turn: outcome.turn, status, transcript, reply, source, intent, ...more }, 200);
  });

  app.openapi(audio, async (c) => {
    const { id, turn } = c.req.valid('param');
    const { kind } = c.req.valid('query');
    const recording = await findRecording(db, parseSessionId(id), turn, kind);
    const wav = recording && (await blobs.find(recording.blobKey));
    if (!wav) throw notFound(`No audio of turn ${turn} of a session '${id}' is kept.`);
    return c.body(wav as Uint8Array<ArrayBuffer>, 200, { 'Content-Type': 'audio/wav', 'Cache-Control': 'no-store' });
  });
}
