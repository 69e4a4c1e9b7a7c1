import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterPostgres, type RateLimiterRes } from 'rate-limiter-flexible';
import type { Principal } from '../../domain/access/access.ts';
import { VoicebotError } from '../../domain/errors.ts';

/** How much of each kind in a minute. */
export interface Rates {
  /** Of one key, token or address. */
  readonly requests: number;
  /** Of bodies; what sockets send is bounded by real time. */
  readonly kilobytes: number;
  readonly connections: number;
  readonly sessions: number;
  /** Of one session. */
  readonly turns: number;
  /** Of one address: credentials that are not valid. */
  readonly wrongTries: number;
}

type Kind = keyof Rates;

const titles: Readonly<Record<Kind, string>> = {
  requests: 'requests',
  kilobytes: 'kilobytes',
  connections: 'connections',
  sessions: 'new sessions',
  turns: 'turns',
  wrongTries: 'wrong keys',
};

export interface LimitStore {
  /** A pool of `pg`: what is counted is counted for all processes together. */
  readonly pool: object;
  readonly table: string;
}

const minuteSeconds = 60;

/** Counts what comes from whom. A limit that is reached says when it is free again. */
export class Limits {
  readonly #limiters: Readonly<Record<Kind, RateLimiterAbstract>> | undefined;

  /** @param rates unset: nothing is limited. @param store unset: this process counts for itself. */
  constructor(rates: Rates | undefined, store: LimitStore | undefined) {
    this.#limiters = rates && {
      // Each request would be a statement: counted here, by each process.
      requests: new RateLimiterMemory({ keyPrefix: 'requests', points: rates.requests, duration: minuteSeconds }),
      kilobytes: new RateLimiterMemory({ keyPrefix: 'kilobytes', points: rates.kilobytes, duration: minuteSeconds }),
      connections: limiter('connections', rates.connections, store),
      sessions: limiter('sessions', rates.sessions, store),
      turns: limiter('turns', rates.turns, store),
      wrongTries: limiter('wrong-tries', rates.wrongTries, store),
    };
  }

  request(principal: Principal, address: string): Promise<void> {
    return this.#take('requests', of(principal, address));
  }

  /** @param contentLength as the request says; unset where it comes in chunks, which are bounded as they come. */
  body(principal: Principal, address: string, contentLength: string | undefined): Promise<void> {
    const kilobytes = Math.ceil(Number(contentLength ?? 0) / 1_000);
    return this.#take('kilobytes', of(principal, address), Number.isSafeInteger(kilobytes) ? kilobytes : 0);
  }

  connection(principal: Principal, address: string): Promise<void> {
    return this.#take('connections', of(principal, address));
  }

  session(principal: Principal | undefined, address: string): Promise<void> {
    return this.#take('sessions', of(principal, address));
  }

  turn(sessionId: string): Promise<void> {
    return this.#take('turns', sessionId);
  }

  /** Counts a credential that is not valid. Valid ones are taken all the same: nobody locks others out. */
  wrongTry(address: string): Promise<void> {
    return this.#take('wrongTries', address);
  }

  async #take(kind: Kind, who: string, points = 1): Promise<void> {
    const taken = this.#limiters?.[kind];
    if (!taken || points === 0) return;
    try {
      await taken.consume(who, points);
    } catch (refused) {
      // A counter that cannot be asked keeps nobody out.
      if (refused instanceof Error) return;
      const retryAfterSeconds = Math.max(1, Math.ceil((refused as RateLimiterRes).msBeforeNext / 1000));
      throw new VoicebotError('limit-reached', `There were more than ${taken.points} ${titles[kind]} in a minute.`, {
        retryable: true,
        retryAfterSeconds,
      });
    }
  }
}

function limiter(keyPrefix: string, points: number, store: LimitStore | undefined): RateLimiterAbstract {
  const options = { keyPrefix, points, duration: minuteSeconds };
  const memory = new RateLimiterMemory(options);
  if (!store) return memory;
  return new RateLimiterPostgres({
    ...options,
    storeClient: store.pool,
    storeType: 'pool',
    tableName: store.table,
    tableCreated: true,
    clearExpiredByTimeout: true,
    // Who is over the limit is not asked about again before it is free.
    inMemoryBlockOnConsumed: points,
    insuranceLimiter: memory,
  });
}

/** Callers' tokens and people's keys by themselves; whoever is not known by their address. */
const of = (principal: Principal | undefined, address: string): string =>
  principal === undefined || principal.id === 'local' ? address : principal.id;
