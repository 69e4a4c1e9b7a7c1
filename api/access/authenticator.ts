import { timingSafeEqual } from 'node:crypto';
import { noteApiKeyUse, secretHash, usableApiKey } from '../../db/api-keys.ts';
import { findCallToken, useCallToken } from '../../db/call-tokens.ts';
import type { Database } from '../../db/open.ts';
import { granted, type Principal, permissions } from '../../domain/access/access.ts';
import { isCallToken, isJwt, keyIdIn } from '../../domain/access/secrets.ts';
import { VoicebotError } from '../../domain/errors.ts';
import { AddressList } from './client-address.ts';
import type { JwtReader } from './jwt.ts';

export interface AuthenticatorOptions {
  /** Where keys and callers' tokens are; without one there are none. */
  readonly db?: Database | undefined;
  /** Tokens of the bank's own identity provider; unset where there is none. */
  readonly jwt?: JwtReader | undefined;
  /** A key that the configuration gives; unset where there is none. */
  readonly adminKey?: string | undefined;
  /** One that may read the metrics and nothing else; unset where there is none. */
  readonly metricsKey?: string | undefined;
  readonly now?: () => Date;
}

/** A key that was looked up is taken for valid so long; also how long a revoked one still works. */
const knownMs = 5_000;
const maxKnown = 10_000;
/** The last use of a key is written so often at the most. */
const noteMs = 60_000;

/** Why a credential is refused is not told to whoever may be trying them. */
const wrong = () =>
  new VoicebotError('unauthenticated', 'The key or token is not valid, or not any more.', {
    hint: 'An administrator makes keys: voicebot keys create.',
  });

/** Finds out who asks. */
export class Authenticator {
  readonly #options: AuthenticatorOptions;
  readonly #now: () => Date;
  readonly #known = new Map<string, { readonly at: number; readonly principal: Principal }>();
  readonly #noted = new Map<string, number>();

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => new Date());
  }

  /**
   * @param connects a connection is opened: a caller's token is used up by it.
   * @throws VoicebotError `unauthenticated`; `unauthorized` for a token that may not come from this address.
   */
  async authenticate(credential: string, address: string, connects: boolean): Promise<Principal> {
    const { db, jwt, adminKey, metricsKey } = this.#options;
    if (adminKey !== undefined && sameText(credential, adminKey)) return configured;
    if (metricsKey !== undefined && sameText(credential, metricsKey)) return scraper;
    if (db && isCallToken(credential)) return this.#callToken(db, credential, { address, connects });
    const id = keyIdIn(credential);
    if (db && id !== undefined) return this.#apiKey(db, id, credential);
    if (jwt && isJwt(credential)) return jwt.read(credential, this.#now());
    throw wrong();
  }

  async #apiKey(db: Database, id: string, credential: string): Promise<Principal> {
    const now = this.#now();
    const hash = secretHash(credential);
    const known = this.#known.get(hash);
    if (known && now.getTime() - known.at < knownMs) return known.principal;
    const row = await usableApiKey(db, id, now);
    if (!row || !sameText(row.secretHash, hash)) throw wrong();
    const { role, tenant } = row;
    const principal: Principal = {
      id: `key:${id}`,
      role,
      permissions: granted(role, row.permissions),
      ...(tenant === null ? {} : { tenant }),
    };
    if (this.#known.size >= maxKnown) this.#known.clear();
    this.#known.set(hash, { at: now.getTime(), principal });
    this.#note(db, id, now);
    return principal;
  }

  #note(db: Database, id: string, now: Date): void {
    if (now.getTime() - (this.#noted.get(id) ?? 0) < noteMs) return;
    if (this.#noted.size >= maxKnown) this.#noted.clear();
    this.#noted.set(id, now.getTime());
    // Nobody waits for it, and the next use writes it again.
    void noteApiKeyUse(db, id, now).catch(() => undefined);
  }

  async #callToken(
    db: Database,
    token: string,
    { address, connects }: { readonly address: string; readonly connects: boolean },
  ): Promise<Principal> {
    const row = await findCallToken(db, token, this.#now());
    if (!row) throw wrong();
    if (row.addresses.length > 0 && !new AddressList(row.addresses.join(',')).has(address)) {
      throw new VoicebotError('unauthorized', 'This token may not be used from here.');
    }
    if (connects && !(await useCallToken(db, token, this.#now()))) {
      throw new VoicebotError('unauthenticated', 'This token has opened a connection already.', {
        hint: 'Each connection needs a token of its own: POST /tokens.',
      });
    }
    const { sessionId, tenant } = row;
    return {
      id: `call:${sessionId}`,
      role: 'caller',
      permissions: granted('caller'),
      sessionId,
      ...(tenant === null ? {} : { tenant }),
    };
  }
}

const configured: Principal = { id: 'admin-key', role: 'admin', permissions: new Set(permissions) };
const scraper: Principal = { id: 'metrics-key', role: 'operator', permissions: new Set(['monitor']) };

/** In constant time for texts of any length. */
function sameText(a: string, b: string): boolean {
  const [one, other] = [Buffer.from(secretHash(a)), Buffer.from(secretHash(b))];
  return timingSafeEqual(one, other);
}
