import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { findTurn } from '../../db/kept-turns.ts';
import type { Database } from '../../db/open.ts';
import { reviewsOf, reviewTurn } from '../../db/turn-reviews.ts';
import { redact } from '../../domain/redact.ts';
import { parseSessionId } from '../../domain/session-id.ts';
import { notFound } from '../problem.ts';
import { json, jsonBody, problems, sessionIdSchema, turnParamsSchema, wordedText } from '../schemas.ts';

const tags = ['Reviews'];
const verdict = z.enum(['good', 'bad']);

const review = createRoute({
  method: 'put',
  path: '/sessions/{id}/turns/{turn}/review',
  tags,
  summary: 'Say whether an answer was good, and what should have been said',
  description:
    'Good answers of the model, and better ones, are what adapters are trained on; bad ones show what an assistant lacks.',
  request: {
    params: turnParamsSchema,
    body: jsonBody(z.object({ verdict, betterReply: wordedText(600).optional() })),
  },
  responses: { 200: json(z.object({ verdict }), 'Kept.'), ...problems(400, 404, 503) },
});

const list = createRoute({
  method: 'get',
  path: '/sessions/{id}/reviews',
  tags,
  summary: 'What people said about the turns of a call',
  request: { params: sessionIdSchema },
  responses: {
    200: json(
      z.object({ reviews: z.array(z.object({ turn: z.number().int(), verdict, betterReply: z.string().nullable() })) }),
      'The reviews, by turn.',
    ),
    ...problems(400, 503),
  },
});

export function addReviewRoutes(app: OpenAPIHono, { db }: { readonly db: Database }): void {
  app.openapi(review, async (c) => {
    const { id, turn } = c.req.valid('param');
    const said = c.req.valid('json');
    const sessionId = parseSessionId(id);
    if (!(await findTurn(db, sessionId, turn))) throw notFound(`There is no turn ${turn} of a session '${id}'.`);
    const betterReply = said.betterReply && redact(said.betterReply);
    await reviewTurn(db, { sessionId, turn, verdict: said.verdict, betterReply });
    return c.json({ verdict: said.verdict }, 200);
  });
  app.openapi(list, async (c) => c.json({ reviews: await reviewsOf(db, parseSessionId(c.req.valid('param').id)) }, 200));
}
