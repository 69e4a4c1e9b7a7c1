import type { WSContext, WSEvents } from 'hono/ws';
import { isVoicebotError } from '../domain/errors.ts';
import { problemOf } from './problem.ts';

/** Close codes of refused sockets: the HTTP status of the problem, moved into the range for applications. */
const closeCodeBase = 4000;
/** What a close frame has room for. */
const maxReasonBytes = 120;

/** Accepts the socket, says why it cannot be used, and closes it: most clients cannot see the body of a refused handshake. */
export function refusedSocket(error: unknown): WSEvents {
  let timer: NodeJS.Timeout | undefined;
  const leave = () => {
    if (timer === undefined) return;
    clearTimeout(timer);
    timer = undefined;
    waiting--;
  };
  return {
    onOpen: (_event, ws) => {
      if (!comesAgain(error)) return refuseSocket(ws, error);
      if (waiting >= mostWaiting) return ws.close(serviceOverload);
      waiting++;
      timer = setTimeout(() => {
        leave();
        refuseSocket(ws, error);
      }, refusalMs);
    },
    onClose: leave,
  };
}

/** Whoever is refused for there being too much is told so after a while: who comes again at once, again and again, would take more than a call does. */
const refusalMs = 1_000;
const mostWaiting = 1_000;
let waiting = 0;
/** RFC 6455's registry: try again later. */
const serviceOverload = 1013;

const comesAgain = (error: unknown): boolean =>
  isVoicebotError(error) && (error.code === 'limit-reached' || error.code === 'overloaded');

export function refuseSocket(ws: WSContext, error: unknown): void {
  const problem = problemOf(error);
  ws.send(JSON.stringify({ type: 'error', problem }));
  const reason = Buffer.from(problem.detail).subarray(0, maxReasonBytes).toString();
  ws.close(closeCodeBase + problem.status, reason.replace(/\uFFFD$/, ''));
}
