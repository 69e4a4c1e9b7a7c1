import type { MiddlewareHandler } from 'hono';
import { VoicebotError } from '../domain/errors.ts';

/** Lets in who asks for a WebSocket. @throws VoicebotError `invalid-request`. */
export const onlyUpgrades: MiddlewareHandler = async (c, next) => {
  if (c.req.header('upgrade')?.toLowerCase() !== 'websocket') {
    throw new VoicebotError('invalid-request', 'This is a WebSocket address.', { hint: 'Connect with a WebSocket client.' });
  }
  await next();
};
