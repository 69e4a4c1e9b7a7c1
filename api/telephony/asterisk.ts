import type { OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { formOf, parsed } from '../bodies.ts';
import type { LiveDependencies } from '../live/live-setup.ts';

export interface AsteriskOptions {
  readonly live: Pick<LiveDependencies, 'calls' | 'lines'>;
  /** Whose number was dialled; undefined where it is nobody's. */
  readonly tenantOf: (number: string) => Promise<string | undefined>;
  /** Where `Transfer()` sends callers who are handed over. */
  readonly transferTo: string | undefined;
}

/** As AudioSocket names calls. */
const callId = z.uuid();
const announcement = z.object({ to: z.string().regex(/^\+?\d{1,20}$/) });
/** A dialplan of 0.4 does not ask for words: it takes whatever it is told for an address. */
const question = z.object({ words: z.literal('1').optional() });

/** What the dialplan of Asterisk says and asks by HTTP, as its CURL function does. */
export function addAsterisk(app: OpenAPIHono, { live, tenantOf, transferTo }: AsteriskOptions): void {
  app.post('/telephony/asterisk/:uuid', async (c) => {
    const { to } = parsed(announcement, await formOf(c.req.raw));
    const uuid = parsed(callId, c.req.param('uuid'));
    const tenant = await tenantOf(to.startsWith('+') ? to : `+${to}`);
    // Any process may be the one that its AudioSocket comes to.
    if (tenant !== undefined) await live.calls.open(uuid, tenant);
    return c.body(null, 204);
  });

  /**
   * After an AudioSocket has closed, whoever closed it: `again`, the call goes on by another AudioSocket, or begins by it where it came before
   * callers were let in; `transfer:` and the address that takes the caller over; `wait`, it cannot be told yet; `hangup`, the call is over.
   */
  app.get('/telephony/asterisk/:uuid/next', async (c) => {
    const { words } = parsed(question, c.req.query());
    const word = (name: 'again' | 'wait' | 'hangup') => c.text(words ? name : '');
    if (live.lines.leaving) return word('wait');
    const fate = await live.calls.fate(c.req.param('uuid'));
    if (fate === 'goes-on' || fate === 'not-let-in') return word('again');
    if (fate === 'unknown') return word('wait');
    if (fate === 'transferred' && transferTo) return c.text(words ? `transfer:${transferTo}` : transferTo);
    return word('hangup');
  });
}
