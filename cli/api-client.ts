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

/** A client of the HTTP API. */
export class ApiClient {
  readonly baseUrl: string;

  constructor(baseUrl: string) {
    this.baseUrl = baseUrl.replace(/\/$/, '');
  }

  async json<T>(path: string, init: RequestInit = {}): Promise<T> {
    return (await (await this.#request(path, init)).json()) as T;
  }

  /** The body as it comes, for what is large. */
  async stream(path: string, init: RequestInit = {}): Promise<ReadableStream<Uint8Array>> {
    const { body } = await this.#request(path, init);
    if (!body) throw new VoicebotError('dependency-unavailable', `The API at ${this.baseUrl} gave nothing.`);
    return body as ReadableStream<Uint8Array>;
  }

  /** A request that answers nothing. */
  async done(path: string, init: RequestInit): Promise<void> {
    await this.#request(path, init);
  }

  async bytes(path: string, init: RequestInit = {}): Promise<Uint8Array> {
    return new Uint8Array(await (await this.#request(path, init)).arrayBuffer());
  }

  async #request(path: string, init: RequestInit): Promise<Response> {
    let response: Response;
    try {
      const headers = new Headers(init.headers);
      const key = apiKey();
      if (key) headers.set('Authorization', `Bearer ${key}`);
      response = await fetch(this.baseUrl + path, { ...init, headers });
    } catch (error) {
      throw new VoicebotError(
        'dependency-unavailable',
        `The API at ${this.baseUrl} does not answer: ${messageOf((error as Error).cause ?? error)}`,
        {
          hint: 'Start it with npm start, or give its address by --url or VOICEBOT_URL.',
          cause: error,
        },
      );
    }
    if (response.ok) return response;
    const text = await response.text();
    let problem: ConstructorParameters<typeof ApiProblem>[0];
    try {
      problem = JSON.parse(text);
    } catch {
      problem = { detail: `${this.baseUrl}${path} answered ${response.status}.` };
    }
    throw new ApiProblem(problem);
  }
}

/** A request with a JSON body. */
export const jsonRequest = (method: 'POST' | 'PUT', body: unknown): RequestInit => ({
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
