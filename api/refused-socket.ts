import type { WSContext, WSEvents } from 'hono/ws';
import { problemOf } from './problem.ts';

/** Close codes of refused sockets: the HTTP status of the problem, moved into the range for applications. */
const closeCodeBase = 4000;
/** What a close frame has room for. */
const maxReasonBytes = 120;

/** Accepts the socket, says why it cannot be used, and closes it: most clients cannot see the body of a refused handshake. */
export const refusedSocket = (error: unknown): WSEvents => ({ onOpen: (_event, ws) => refuseSocket(ws, error) });

export function refuseSocket(ws: WSContext, error: unknown): void {
  const problem = problemOf(error);
  ws.send(JSON.stringify({ type: 'error', problem }));
  const reason = Buffer.from(problem.detail).subarray(0, maxReasonBytes).toString();
  ws.close(closeCodeBase + problem.status, reason.replace(/\uFFFD$/, ''));
}
