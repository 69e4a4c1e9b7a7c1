import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { arrayBuffer, json, text } from 'node:stream/consumers';
import { messageOf, VoicebotError } from '../domain/errors.ts';

/** An error that the API reported as problem details. */
export class ApiProblem extends Error {
  readonly code: string;
  readonly hint: string | undefined;

  constructor(problem: { detail?: string; title?: string; code?: string; hint?: string }) {
    super(problem.detail ?? problem.title ?? 'The API refused the request.');
    this.name = 'ApiProblem';
    this.code = problem.code ?? 'internal';
    this.hint = problem.hint;
  }
}

export interface Session {
  readonly id: string;
  readonly status: string;
  readonly turns: number;
  readonly lastIntent: string | null;
  readonly createdAt: string;
}

/** What is asked, as for `fetch`. */
export interface ApiRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** A client of the HTTP API. Not by `fetch`: loading that takes longer than most answers do. */
export class ApiClient {
  readonly baseUrl: string;

  constructor(baseUrl: string) {
    this.baseUrl = baseUrl.replace(/\/$/, '');
  }

  async json<T>(path: string, asked: ApiRequest = {}): Promise<T> {
    return (await json(await this.#request(path, asked))) as T;
  }

  /** The body as it comes, for what is large. */
  stream(path: string, asked: ApiRequest = {}): Promise<Readable> {
    return this.#request(path, asked);
  }

  /** A request that answers nothing. */
  async done(path: string, asked: ApiRequest): Promise<void> {
    (await this.#request(path, asked)).resume();
  }

  async bytes(path: string, asked: ApiRequest = {}): Promise<Uint8Array<ArrayBuffer>> {
    return new Uint8Array(await arrayBuffer(await this.#request(path, asked)));
  }

  async #request(path: string, { method = 'GET', headers = {}, body }: ApiRequest): Promise<Readable> {
    const url = this.baseUrl + path;
    const key = apiKey();
    const sent: Record<string, string | number> = { ...headers, ...(key ? { Authorization: `Bearer ${key}` } : {}) };
    if (body !== undefined) sent['Content-Length'] = Buffer.byteLength(body);
    let response: IncomingMessage;
    try {
      const open = url.startsWith('https:') ? (await import('node:https')).request : (await import('node:http')).request;
      const asking = open(url, { method, headers: sent });
      asking.end(body);
      [response] = (await once(asking, 'response')) as [IncomingMessage];
    } catch (error) {
      throw new VoicebotError('dependency-unavailable', `The API at ${this.baseUrl} does not answer: ${reasonOf(error)}`, {
        hint: 'Start it with npm start, or give its address by --url or VOICEBOT_URL.',
        cause: error,
      });
    }
    const status = response.statusCode ?? 0;
    if (status >= 200 && status < 300) return response;
    const answer = await text(response);
    let problem: ConstructorParameters<typeof ApiProblem>[0];
    try {
      problem = JSON.parse(answer);
    } catch {
      problem = { detail: `${url} answered ${status}.` };
    }
    throw new ApiProblem(problem);
  }
}

/** Of several addresses that were tried in vain, the first one's. */
const reasonOf = (error: unknown): string =>
  messageOf(error instanceof AggregateError ? (error.errors[0] ?? error) : error) || 'no connection';

/** A request with a JSON body. */
export const jsonRequest = (method: 'POST' | 'PUT', body: unknown): ApiRequest => ({
  method,
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(body),
});

/** For a query: nothing where the key says it. */
export const tenantOf = ({ tenant }: { readonly tenant?: string | undefined }): string =>
  tenant === undefined ? '' : `tenant=${encodeURIComponent(tenant)}`;

/** What the API is told about who asks: VOICEBOT_API_KEY. */
export const apiKey = (): string | undefined => process.env.VOICEBOT_API_KEY || undefined;

/** The API's address: --url, VOICEBOT_URL, or this machine's PORT. */
export function apiUrl(option: string | undefined): string {
  return option ?? process.env.VOICEBOT_URL ?? `http://127.0.0.1:${process.env.PORT ?? 8000}`;
}
