import { VoicebotError } from '../domain/errors.ts';

/** A socket that a session's caller is on. */
export interface Connection {
  /** Resolves once the other side has answered a ping. */
  ping(): Promise<void>;
  /** Ends it without waiting for the other side. */
  terminate(): void;
}

const pingTimeoutMs = 1_000;
const releaseTimeoutMs = 3_000;

/** Which sessions have a caller on this process: one each. */
export class Connections {
  readonly #open = new Map<string, { readonly connection: Connection; readonly released: Promise<void>; release(): void }>();

  /** Takes the session's place. @returns what gives it back. @throws VoicebotError `conflict`. */
  claim(sessionId: string, connection: Connection): () => void {
    if (this.#open.has(sessionId)) throw connectedAlready(sessionId);
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.#open.set(sessionId, { connection, released, release });
    return () => {
      this.#open.delete(sessionId);
      release();
    };
  }

  /**
   * Makes sure that the session has no caller. A socket whose other side is gone without a word gives way: its caller comes back.
   * @throws VoicebotError `conflict` when somebody is there.
   */
  async free(sessionId: string): Promise<void> {
    const open = this.#open.get(sessionId);
    if (!open) return;
    const answered = open.connection.ping().then(() => true);
    const gone = open.released.then(() => false);
    if (await within(Promise.race([answered, gone]), pingTimeoutMs)) throw connectedAlready(sessionId);
    open.connection.terminate();
    await within(open.released, releaseTimeoutMs);
  }
}

/** What the work gives; nothing when it takes too long or fails. */
async function within<T>(work: Promise<T>, timeoutMs: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), timeoutMs);
  });
  try {
    return await Promise.race([work.catch(() => undefined), late]);
  } finally {
    clearTimeout(timer);
  }
}

function connectedAlready(sessionId: string): VoicebotError {
  return new VoicebotError('conflict', `The session '${sessionId}' is connected already.`, {
    hint: 'A session has one caller; close the other socket first.',
  });
}
