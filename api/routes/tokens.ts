import { randomBytes } from 'node:crypto';
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { addCallToken } from '../../db/call-tokens.ts';
import type { Database } from '../../db/open.ts';
import { tokenOf } from '../../domain/access/secrets.ts';
import { VoicebotError } from '../../domain/errors.ts';
import { parseSessionId, sessionIdPattern } from '../../domain/session-id.ts';
import { AddressList } from '../access/client-address.ts';
import type { Access } from '../access/guard.ts';
import { json, jsonBody, problems } from '../schemas.ts';

const maxSeconds = 3_600;

const byte = String.raw`(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)`;
const h = '[0-9A-Fa-f]{1,4}';
/** Where a run of zeros stands: nowhere, at the end, or after one to six groups. */
const ipv6 = [
  `(?:${h}:){7}${h}`,
  `(?:${h}:){1,7}:`,
  ...[6, 5, 4, 3, 2, 1].map((before) => `(?:${h}:){1,${before}}(?::${h}){1,${7 - before}}`),
  `:(?:(?::${h}){1,7}|:)`,
].join('|');
/** An address, or a network. */
const ipv4Pattern = new RegExp(String.raw`^${byte}(?:\.${byte}){3}(?:/(?:3[0-2]|[12]?\d))?$`);
const ipv6Pattern = new RegExp(String.raw`^(?:${ipv6})(?:/(?:12[0-8]|1[01]\d|[1-9]?\d))?$`);

const create = createRoute({
  method: 'post',
  path: '/tokens',
  tags: ['Access'],
  summary: 'Make a token for one caller',
  description:
    'A program of the bank makes it and hands it to the browser or app of one caller. It opens one connection to its session ' +
    '(`Authorization: Bearer`, the subprotocol `voicebot.token.…`, or a first message `{"type":"authenticate","token":"…"}`) and writes turns of it until it expires. ' +
    'A connection that broke needs another one.',
  request: {
    body: jsonBody(
      z.object({
        session: z.string().regex(sessionIdPattern).openapi({ example: 'caller-42' }),
        expiresInSeconds: z.number().int().min(5).max(maxSeconds).default(60),
        addresses: z
          .array(z.union([z.string().regex(ipv4Pattern), z.string().regex(ipv6Pattern)]))
          .max(16)
          .default([])
          .openapi({
            description: 'From where it may be used: addresses and networks; from anywhere when empty.',
            example: ['192.0.2.0/24'],
          }),
      }),
    ),
  },
  responses: {
    201: json(z.object({ token: z.string(), session: z.string(), expiresAt: z.string() }), 'The token, this once.'),
    ...problems(400, 404, 503),
  },
});

export interface TokenRouteDependencies {
  readonly db: Database;
  readonly access: Pick<Access, 'assertOwnSession' | 'tenantOf'>;
}

export function addTokenRoutes(app: OpenAPIHono, { db, access }: TokenRouteDependencies): void {
  app.openapi(create, async (c) => {
    const { session, expiresInSeconds, addresses } = c.req.valid('json');
    const principal = c.get('principal');
    // A caller would make tokens for itself without end.
    if (principal?.role === 'caller') throw new VoicebotError('unauthorized', 'A caller makes no tokens.');
    const sessionId = parseSessionId(session);
    assertAddresses(addresses);
    if (principal) await access.assertOwnSession(principal, sessionId);
    const now = new Date();
    const token = tokenOf(randomBytes(32).toString('base64url'));
    const expiresAt = new Date(now.getTime() + expiresInSeconds * 1000);
    const tenant = principal?.tenant ?? (await access.tenantOf(sessionId));
    const about = { tenant, sessionId, addresses, expiresAt, createdBy: principal?.id ?? 'local' };
    await addCallToken(db, { token, ...about }, now);
    return c.json({ token, session: sessionId, expiresAt: expiresAt.toISOString() }, 201, { 'Cache-Control': 'no-store' });
  });
}

function assertAddresses(addresses: readonly string[]): void {
  try {
    new AddressList(addresses.join(','));
  } catch (error) {
    throw new VoicebotError('invalid-request', (error as Error).message, { cause: error });
  }
}
