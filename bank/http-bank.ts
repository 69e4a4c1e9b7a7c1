import type { z } from 'zod';
import type { Bank, IdentityClaim, OperationCall, Order, TransactionFilter } from '../domain/bank/bank.ts';
import type { Money } from '../domain/bank/money.ts';
import { messageOf, VoicebotError } from '../domain/errors.ts';
import { operationAnswerSchema, operations, problemSchema } from './schemas.ts';

export interface HttpBankOptions {
  readonly baseUrl: string;
  readonly apiKey?: string | undefined;
  /** Sent with each request, beside what it needs: as the trace that it belongs to. */
  readonly headers?: (() => Readonly<Record<string, string>>) | undefined;
}

/** A bank that has not answered by then is asked again, with the same key. */
const timeoutMs = 8_000;

type Operations = typeof operations;
type Answer<K extends keyof Operations> = z.output<Operations[K]['answer']>;

interface Described<T> {
  readonly name: string;
  readonly method: 'get' | 'post';
  readonly path: string;
  readonly answer: z.ZodType<T>;
}

interface Request {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
  readonly key?: string;
}

/** A core-banking system behind HTTP. What it answers is checked before anything of it is spoken. */
export class HttpBank implements Bank {
  readonly #options: HttpBankOptions;

  constructor(options: HttpBankOptions) {
    this.#options = { ...options, baseUrl: options.baseUrl.replace(/\/$/, '') };
  }

  verify({ key, ...body }: IdentityClaim) {
    return this.#request('verify', { body, key });
  }

  accounts(customerId: string) {
    return this.#request('accounts', { path: { customerId } });
  }

  cards(customerId: string) {
    return this.#request('cards', { path: { customerId } });
  }

  transactions(customerId: string, { days, ...filter }: TransactionFilter) {
    return this.#request('transactions', { path: { customerId }, query: { ...filter, from: days?.from, to: days?.to } });
  }

  async transfers(customerId: string) {
    const transfers = await this.#request('transfers', { path: { customerId } });
    return transfers.map(({ expected, ...transfer }) => ({ ...transfer, ...(expected === undefined ? {} : { expected }) }));
  }

  blockCard({ customerId, key, cardId }: Order & { readonly cardId: string }) {
    return this.#request('blockCard', { path: { customerId, cardId }, key });
  }

  disputeTransaction({ customerId, key, transactionId }: Order & { readonly transactionId: string }) {
    return this.#request('disputeTransaction', { path: { customerId, transactionId }, key });
  }

  reserve({ customerId, key, ...body }: Order & { readonly accountId: string; readonly amount: Money }) {
    return this.#request('reserve', { path: { customerId }, body, key });
  }

  settle({
    customerId,
    key,
    reservationId,
    toAccountId,
  }: Order & { readonly reservationId: string; readonly toAccountId: string }) {
    return this.#request('settle', { path: { customerId, reservationId }, body: { toAccountId }, key });
  }

  release({ customerId, key, reservationId }: Order & { readonly reservationId: string }) {
    return this.#request('release', { path: { customerId, reservationId }, key });
  }

  bookCallBack({ customerId, key, at, topic }: Order & { readonly at: string; readonly topic: string }) {
    return this.#request('bookCallBack', { path: { customerId }, body: { at, topic }, key });
  }

  async outcomeOf(customerId: string, key: string) {
    try {
      return await this.#request('outcomeOf', { path: { customerId, key } });
    } catch (error) {
      if (error instanceof VoicebotError && error.code === 'not-found') return undefined;
      throw error;
    }
  }

  async perform({ call, customerId, values, key }: OperationCall) {
    const given = call.method === 'get' ? { query: values as Readonly<Record<string, string | number>> } : { body: values };
    const described = { ...call, answer: operationAnswerSchema };
    return this.#send(described, { path: { customerId }, ...given, ...(key ? { key } : {}) });
  }

  async #request<K extends keyof Operations>(name: K, request: Request): Promise<Answer<K>> {
    return (await this.#send({ name, ...(operations[name] as Omit<Described<unknown>, 'name'>) }, request)) as Answer<K>;
  }

  async #send<T>(operation: Described<T>, { path = {}, query = {}, body, key }: Request): Promise<T> {
    const { baseUrl, apiKey, headers } = this.#options;
    const { name } = operation;
    const filled = operation.path.replace(/\{(\w+)\}/g, (_all, part: string) => encodeURIComponent(path[part] ?? ''));
    const given = Object.entries(query).filter(([, value]) => value !== undefined);
    const search =
      given.length === 0
        ? ''
        : `?${new URLSearchParams(given.map(([field, value]): [string, string] => [field, String(value)]))}`;
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${baseUrl}${filled}${search}`, {
        // Nobody but the configuration says where the bank is.
        redirect: 'error',
        method: operation.method.toUpperCase(),
        headers: {
          Accept: 'application/json',
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...(apiKey ? { Authorization: `Bearer ${apiKey}` } : {}),
          ...(key ? { 'Idempotency-Key': key } : {}),
          ...headers?.(),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(timeoutMs),
      });
      text = await response.text();
    } catch (error) {
      const { cause } = error as Error;
      throw unavailable(`The bank does not answer: ${messageOf(cause ?? error)}`);
    }
    if (!response.ok) throw refused(name, response.status, text);
    const parsed = operation.answer.safeParse(parseJson(text));
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw new VoicebotError(
        'dependency-unavailable',
        `The bank's answer to ${name} is not as described: ${issue?.path.join('.')}: ${issue?.message}`,
      );
    }
    return parsed.data;
  }
}

const unavailable = (message: string) => new VoicebotError('dependency-unavailable', message, { retryable: true });

function refused(name: string, status: number, text: string): VoicebotError {
  const problem = problemSchema.safeParse(parseJson(text));
  const detail = problem.data?.detail ?? problem.data?.title;
  if (status === 404) return new VoicebotError('not-found', detail ?? `The bank knows nothing of this (${name}).`);
  if (status === 409) return new VoicebotError('conflict', detail ?? 'The bank refuses this.');
  if (status === 401 || status === 403) {
    return new VoicebotError('unauthorized', `The bank refuses our token (${name}).`, { hint: 'Check BANK_API_KEY.' });
  }
  if (status === 429 || status >= 500) return unavailable(`The bank answered ${name} with ${status}.`);
  return new VoicebotError('dependency-unavailable', `The bank answered ${name} with ${status}.`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
