import type { Context } from 'hono';
import type { WSContext, WSEvents } from 'hono/ws';
import { z } from 'zod';
import type { Principal } from '../../domain/access/access.ts';
import { VoicebotError } from '../../domain/errors.ts';
import { refusedSocket } from '../refused-socket.ts';
import { type Access, assertPermission, assertSession } from './guard.ts';

/** Whoever has not said who they are by then is not coming. */
const loginMs = 5_000;
const maxTokenCharacters = 4_096;
/** Messages that may wait while a token is looked up. */
const maxWaiting = 16;

const authenticateMessage = z.object({ type: z.literal('authenticate'), token: z.string().min(1).max(maxTokenCharacters) });

export type OpenSocket = (principal: Principal) => Promise<WSEvents>;

/**
 * The events of a socket for whoever is known by the header or subprotocol of the handshake, or says so in the first message:
 * `{"type":"authenticate","token":"…"}`. Who is refused hears why, and the socket closes.
 */
export async function authenticatedSocket(c: Context, access: Access, open: OpenSocket): Promise<WSEvents> {
  const refusal = c.get('refusal');
  if (refusal !== undefined) return refusedSocket(refusal);
  const principal = c.get('principal');
  if (principal) return open(principal);
  const sessionId = c.req.param('id');
  return new PendingSocket(async (token) => {
    const known = await access.principalOf(token, c.get('clientAddress'), true);
    if (!known) throw new VoicebotError('unauthenticated', 'The token is missing.');
    assertPermission(known, 'call');
    assertSession(known, sessionId);
    await access.assertOwnSession(known, sessionId);
    await access.connected(known, c.get('clientAddress'));
    return open(known);
  }).events();
}

/** A socket until its first message says who is there; what comes after that message waits meanwhile. */
class PendingSocket {
  readonly #login: (token: string) => Promise<WSEvents>;
  readonly #waiting: Parameters<NonNullable<WSEvents['onMessage']>>[0][] = [];
  #timer: NodeJS.Timeout | undefined;
  #begun = false;
  #inner: WSEvents | undefined;
  #closed: Parameters<NonNullable<WSEvents['onClose']>>[0] | undefined;

  constructor(login: (token: string) => Promise<WSEvents>) {
    this.#login = login;
  }

  events(): WSEvents {
    return {
      onOpen: (_event, ws) => {
        this.#timer = setTimeout(() => this.#refuse(ws, missing()), loginMs);
      },
      onMessage: (event, ws) => {
        if (this.#inner) return this.#inner.onMessage?.(event, ws);
        if (this.#begun) {
          if (this.#waiting.push(event) > maxWaiting)
            this.#refuse(ws, new VoicebotError('limit-reached', 'Wait for the answer.'));
          return;
        }
        this.#begun = true;
        clearTimeout(this.#timer);
        void this.#open(event.data, ws).catch((error) => this.#refuse(ws, error));
      },
      onClose: (event, ws) => {
        clearTimeout(this.#timer);
        this.#closed = event;
        this.#inner?.onClose?.(event, ws);
      },
      onError: (event, ws) => this.#inner?.onError?.(event, ws),
    };
  }

  async #open(data: unknown, ws: WSContext): Promise<void> {
    const inner = await this.#login(tokenIn(data));
    inner.onOpen?.(new Event('open'), ws);
    for (const event of this.#waiting.splice(0)) inner.onMessage?.(event, ws);
    this.#inner = inner;
    // Gone while the token was looked up.
    if (this.#closed) inner.onClose?.(this.#closed, ws);
  }

  #refuse(ws: WSContext, error: unknown): void {
    clearTimeout(this.#timer);
    if (!this.#closed) refusedSocket(error).onOpen?.(new Event('open'), ws);
  }
}

const missing = () =>
  new VoicebotError('unauthenticated', 'The first message must say who is there.', {
    hint: 'Send {"type":"authenticate","token":"…"}, or the token by Authorization: Bearer or the subprotocol voicebot.token.….',
  });

function tokenIn(data: unknown): string {
  if (typeof data !== 'string' || data.length > 2 * maxTokenCharacters) throw missing();
  try {
    return authenticateMessage.parse(JSON.parse(data)).token;
  } catch (cause) {
    throw cause instanceof VoicebotError ? cause : missing();
  }
}
