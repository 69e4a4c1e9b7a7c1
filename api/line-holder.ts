import { WebSocket } from 'ws';
import { VoicebotError } from '../domain/errors.ts';
import type { CallHistory } from './call-history.ts';
import { isErrorCode } from './problem.ts';

/** Of a request that is passed on; who asks says so again to the process that answers. */
export interface PassedOn {
  /** `Bearer …`; unset where nobody has to say who they are. */
  readonly authorization: string | undefined;
}

const passedOnHeader = 'x-voicebot-passed-on';
const requestMs = 60_000;

/** Finds the API process that holds a caller's line: its pipes are where the last words were heard. */
export class LineHolder {
  readonly #history: CallHistory;
  readonly #own: string;

  /** @param own base URL of this process's pipes. */
  constructor(history: CallHistory, own: string) {
    this.#history = history;
    this.#own = new URL(own).origin;
  }

  /** Base URL of another process that holds the line; undefined where it is this one, or none is known. */
  async of(sessionId: string, tenant: string): Promise<string | undefined> {
    for await (const { input } of this.#history.steps(sessionId, tenant, 'transcribe')) {
      const { heardUrl } = (input ?? {}) as { heardUrl?: string };
      if (!heardUrl || !URL.canParse(heardUrl)) continue;
      const { origin } = new URL(heardUrl);
      return origin === this.#own ? undefined : origin;
    }
    return undefined;
  }

  /** Whether a request was passed on already: it goes no further. */
  static isPassedOn(header: (name: string) => string | undefined): boolean {
    return header(passedOnHeader) !== undefined;
  }

  /** @throws VoicebotError as the other process tells it. */
  static async transfer(holder: string, sessionId: string, { authorization }: PassedOn): Promise<boolean> {
    const response = await fetch(`${holder}/sessions/${encodeURIComponent(sessionId)}/transfer`, {
      method: 'POST',
      headers: headersOf(authorization),
      signal: AbortSignal.timeout(requestMs),
    }).catch((cause) => {
      throw new VoicebotError('dependency-unavailable', 'The process that holds the line does not answer.', {
        retryable: true,
        cause,
      });
    });
    if (!response.ok) throw await problemFrom(response);
    return ((await response.json()) as { transferred: boolean }).transferred;
  }

  static listen(holder: string, sessionId: string, { authorization }: PassedOn): WebSocket {
    const url = `${holder.replace(/^http/, 'ws')}/sessions/${encodeURIComponent(sessionId)}/listen`;
    return new WebSocket(url, { headers: headersOf(authorization), handshakeTimeout: 5_000 });
  }
}

async function problemFrom(response: Response): Promise<VoicebotError> {
  const {
    code = '',
    detail = '',
    hint,
  } = (await response.json().catch(() => ({}))) as { code?: string; detail?: string; hint?: string };
  const known = isErrorCode(code) ? code : 'dependency-unavailable';
  return new VoicebotError(known, detail || `The process that holds the line answers ${response.status}.`, hint ? { hint } : {});
}

const headersOf = (authorization: string | undefined): Record<string, string> => ({
  [passedOnHeader]: '1',
  ...(authorization === undefined ? {} : { Authorization: authorization }),
});
