import createClient, { type Middleware } from 'openapi-fetch';
import type { components, paths } from '../../../client/api-types.ts';
import { currentCredential, keepCredential } from './session.ts';

export type Schemas = components['schemas'];
export type Session = Schemas['Session'];
export type Turn = Schemas['Turn'];

/** What the service says went wrong (RFC 9457). */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string | undefined;

  constructor({
    status,
    code,
    detail,
    hint,
  }: Pick<Schemas['Problem'], 'status' | 'code' | 'detail'> & { hint?: string | undefined }) {
    super(detail);
    this.name = 'Problem';
    this.status = status;
    this.code = code;
    this.hint = hint;
  }
}

const away = new Problem({
  status: 0,
  code: 'away',
  detail: 'The service does not answer.',
  hint: 'This page tries again when it is back.',
});

export async function problemFrom(response: Response): Promise<Problem> {
  const body = (await response.json().catch(() => undefined)) as Schemas['Problem'] | undefined;
  if (body && typeof body.detail === 'string') return new Problem(body);
  return new Problem({ status: response.status, code: 'http', detail: `The service answers ${response.status}.` });
}

const authorised: Middleware = {
  onRequest({ request }) {
    const credential = currentCredential();
    if (credential !== undefined) request.headers.set('Authorization', `Bearer ${credential}`);
    return request;
  },
  async onResponse({ response }) {
    if (response.ok) return;
    const problem = await problemFrom(response);
    // Expired, or revoked.
    if (problem.status === 401 && currentCredential() !== undefined) keepCredential(undefined);
    throw problem;
  },
  onError({ error }) {
    return error instanceof Problem ? error : away;
  },
};

/** The API, typed by its OpenAPI document. Without cookies: a browser would ask for a password in a window of its own. */
export const api = createClient<paths>({ baseUrl: location.origin, credentials: 'omit' });
api.use(authorised);

/** What a request gave. @throws Problem. */
export async function take<T>(request: Promise<{ readonly data?: T; readonly error?: unknown }>): Promise<T> {
  const { data, error } = await request;
  if (data === undefined) throw error instanceof Error ? error : away;
  return data;
}

/** Bytes and forms, which have no types. @throws Problem. */
export async function send(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  const credential = currentCredential();
  if (credential !== undefined) headers.set('Authorization', `Bearer ${credential}`);
  const response = await fetch(path, { ...init, headers, credentials: 'omit' }).catch(() => {
    throw away;
  });
  if (!response.ok) throw await problemFrom(response);
  return response;
}

/** Audio, for as long as it is looked at. */
export const soundUrl = async (path: string, init?: RequestInit): Promise<string> =>
  URL.createObjectURL(await (await send(path, init)).blob());
