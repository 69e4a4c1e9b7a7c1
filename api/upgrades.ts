import type { Context, MiddlewareHandler } from 'hono';
import { VoicebotError } from '../domain/errors.ts';

/** Somebody asks for a WebSocket. */
export const isUpgrade = (c: Context): boolean => c.req.header('upgrade')?.toLowerCase() === 'websocket';

/** Lets in who asks for a WebSocket. @throws VoicebotError `invalid-request`. */
export const onlyUpgrades: MiddlewareHandler = async (c, next) => {
  if (!isUpgrade(c)) {
    throw new VoicebotError('invalid-request', 'This is a WebSocket address.', { hint: 'Connect with a WebSocket client.' });
  }
  await next();
};

/**
 * A process that ends refuses sockets in the handshake: load balancers and clients try the next one at once, where a socket that opens
 * would be cut within seconds, in the middle of a turn. @throws VoicebotError `stopping`.
 */
export const noLinesWhileLeaving =
  (leaving: () => boolean): MiddlewareHandler =>
  (c, next) => {
    if (!isUpgrade(c) || !leaving()) return next();
    throw new VoicebotError('stopping', 'This process ends, and takes no new lines.', {
      retryable: true,
      retryAfterSeconds: 1,
      hint: 'Connect again; another process takes the call.',
    });
  };
