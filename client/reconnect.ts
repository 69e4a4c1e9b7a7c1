import { ConnectionClosed } from './socket.ts';

const firstWaitMs = 250;
const longestWaitMs = 4_000;
/** After this a call that cannot be reached is given up. */
const giveUpMs = 90_000;

/** Whether another try is no help: the call is over, or the service refuses it for what it is. A line that is still another's, or too many of them, passes. */
export const isFinal = ({ code }: ConnectionClosed): boolean =>
  code === 1000 || (code >= 4400 && code < 4500 && code !== 4409 && code !== 4429);

/**
 * Connects again after a line broke, as it does when the service is deployed anew: soon, then less and less often, for 90 s.
 * @param connect with a token of its own and the `heard` of the client before.
 * @param wanted whether somebody still wants it.
 * @returns undefined where nobody does. @throws ConnectionClosed for what is final, or the last error once it is given up.
 */
export async function reconnect<Client>(connect: () => Promise<Client>, wanted: () => boolean): Promise<Client | undefined> {
  const until = Date.now() + giveUpMs;
  for (let waitMs = firstWaitMs; ; waitMs = Math.min(longestWaitMs, waitMs * 2)) {
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    if (!wanted()) return undefined;
    try {
      return await connect();
    } catch (error) {
      if ((error instanceof ConnectionClosed && isFinal(error)) || Date.now() > until) throw error;
    }
  }
}
