import type { OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { formOf, parsed } from '../bodies.ts';
import type { Dialplan } from './dialplan.ts';

/** As AudioSocket names calls. */
const callId = z.uuid();
const announcement = z.object({ to: z.string().regex(/^\+?\d{1,20}$/) });

/** What the dialplan of Asterisk asks and says by HTTP, as its CURL function does. */
export function addAsterisk(app: OpenAPIHono, dialplan: Dialplan): void {
  app.post('/telephony/asterisk/:uuid', async (c) => {
    const { to } = parsed(announcement, await formOf(c.req.raw));
    const uuid = parsed(callId, c.req.param('uuid'));
    await dialplan.announce(uuid, to.startsWith('+') ? to : `+${to}`);
    return c.body(null, 204);
  });
  app.get('/telephony/asterisk/:uuid/next', (c) => c.text(dialplan.next(c.req.param('uuid'))));
}
