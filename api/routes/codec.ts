import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { cors } from 'hono/cors';
import { VoicebotError } from '../../domain/errors.ts';
import { assertAllTenants } from '../access/guard.ts';
import { json, jsonBody, problems } from '../schemas.ts';

/** Where the Temporal UI and CLI ask. */
export const codecPath = '/temporal/codec';
const preflightSeconds = 600;
const maxPayloads = 10_000;

const base64 = z
  .string()
  .max(4_000_000)
  .regex(/^[A-Za-z0-9+/]*={0,2}$/);
/** Payloads as the JSON of protocol buffers has them: bytes in base64. */
const payloadsSchema = z
  .object({
    payloads: z.array(z.object({ metadata: z.record(z.string(), base64).optional(), data: base64.optional() })).max(maxPayloads),
  })
  .openapi('TemporalPayloads');

const codecRoute = (wish: 'decode' | 'encode') =>
  createRoute({
    method: 'post',
    path: `${codecPath}/${wish}`,
    tags: ['Temporal'],
    summary: wish === 'decode' ? 'Decrypt what Temporal shows' : 'Encrypt what is handed to Temporal by hand',
    description:
      "Temporal's protocol of remote codecs: the Temporal UI and CLI ask here (`--codec-endpoint …/temporal/codec`) where they show or take payloads.",
    request: { body: jsonBody(payloadsSchema) },
    responses: { 200: json(payloadsSchema, 'The payloads.'), ...problems(400, 422) },
  });

/** Lets the Temporal UI ask from its own address; before anybody is asked who they are, since browsers ask without that first. */
export function addCodecCors(app: OpenAPIHono, origins: readonly string[]): void {
  const headers = ['Authorization', 'Authorization-Extras', 'Content-Type', 'X-Namespace'];
  app.use(
    `${codecPath}/*`,
    cors({
      origin: [...origins],
      allowMethods: ['POST'],
      allowHeaders: headers,
      // A key that the browser was given for this API goes with it.
      credentials: true,
      maxAge: preflightSeconds,
    }),
  );
}

export function addCodecRoutes(app: OpenAPIHono, codec: PayloadCodec | undefined): void {
  for (const wish of ['decode', 'encode'] as const) {
    app.openapi(codecRoute(wish), async (c) => {
      // Nobody can tell whose a payload is.
      assertAllTenants(c.get('principal'));
      if (!codec) throw new VoicebotError('unsupported', 'Payloads are not encrypted here (PAYLOAD_ENCRYPTION).');
      const payloads = c.req.valid('json').payloads.map(read);
      return c.json({ payloads: (await codec[wish](payloads)).map(written) }, 200);
    });
  }
}

type Written = z.infer<typeof payloadsSchema>['payloads'][number];

const read = ({ metadata, data }: Written): Payload => ({
  metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value, 'base64')])),
  data: Buffer.from(data ?? '', 'base64'),
});

const written = ({ metadata, data }: Payload): Written => ({
  metadata: Object.fromEntries(
    Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString('base64')]),
  ),
  data: Buffer.from(data ?? []).toString('base64'),
});
