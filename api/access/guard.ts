import type { HttpBindings } from '@hono/node-server';
import type { Context, MiddlewareHandler } from 'hono';
import { inTenant } from '../../db/scope.ts';
import { storable } from '../../db/storable.ts';
import { localPrincipal, type Permission, type Principal } from '../../domain/access/access.ts';
import { VoicebotError } from '../../domain/errors.ts';
import { allTenants, defaultTenant } from '../../domain/tenant.ts';
import { problemOf, problemResponse } from '../problem.ts';
import { isUpgrade } from '../upgrades.ts';
import { type AuditTrail, isAudited } from './audit-trail.ts';
import type { Authenticator } from './authenticator.ts';
import { type AddressList, clientAddress } from './client-address.ts';
import type { Limits } from './limits.ts';
import type { Matched, RuleTable } from './rules.ts';

declare module 'hono' {
  interface ContextVariableMap {
    /** Whoever asks; unset on a socket whose client has not said so yet. */
    readonly principal: Principal | undefined;
    readonly clientAddress: string;
    /** Why a socket is refused once it is open: most clients cannot see why a handshake was. */
    readonly refusal: unknown;
  }
}

export interface AccessOptions {
  /** What each route needs. */
  readonly rules: RuleTable;
  /** Unset: whoever reaches this service may do all, as on a machine of one's own. */
  readonly authenticator: Authenticator | undefined;
  readonly limits: Limits;
  /** Keeps who did what. */
  readonly audit: Pick<AuditTrail, 'record'>;
  /** Whose session it is; undefined where there is none. */
  readonly tenantOfSession: (sessionId: string) => Promise<string | undefined>;
  readonly trustedProxies: AddressList;
  /** Of pages that may ask, beside this service's own. */
  readonly origins: readonly string[];
  /** Where the bank's Asterisk asks from. */
  readonly asterisk: AddressList;
}

const notKnown = () =>
  new VoicebotError('unauthenticated', 'This needs a key or a token.', {
    hint: 'Send Authorization: Bearer with a key (voicebot keys create) or a token; the command line takes it from VOICEBOT_API_KEY.',
  });

/** Lets in who may. Everything that comes by HTTP goes through here first. */
export class Access {
  readonly #options: AccessOptions;

  constructor(options: AccessOptions) {
    this.#options = options;
  }

  get guard(): MiddlewareHandler {
    return async (c, next) => {
      const { authenticator, trustedProxies, asterisk, rules } = this.#options;
      const peer = (c.env as Partial<HttpBindings> | undefined)?.incoming?.socket.remoteAddress ?? '127.0.0.1';
      const address = clientAddress(peer, c.req.header('x-forwarded-for'), trustedProxies);
      c.set('clientAddress', address);
      const matched = rules.match(c.req.method, c.req.path);
      const need = matched?.rule.need;
      if (need === 'open' || need === 'own') return next();
      if (need === 'asterisk') {
        if (authenticator && !asterisk.has(address)) throw new VoicebotError('unauthorized', 'Asterisk does not ask from here.');
        return next();
      }
      const connects = matched?.rule.socket === true && isUpgrade(c);
      const credential = credentialOf(c);
      try {
        // Nobody has to say who they are, or the browser does for every page.
        if (!authenticator || isBasic(c)) this.#assertOrigin(c);
        const principal = await this.principalOf(credential, address, connects);
        if (!principal && !connects) throw notKnown();
        c.set('principal', principal);
        if (principal) await this.#admit(principal, address, matched, connects, c.req.header('content-length'));
      } catch (error) {
        // Whoever brings nothing tries nothing; and who tries too much fills no log.
        if (credential !== undefined && isRefusal(error)) await this.#record(c, matched, problemOf(error).status);
        if (!connects) throw error;
        c.set('refusal', error);
      }
      const principal = c.get('principal');
      // Whoever has not said who they are asks the database for nothing.
      await (principal ? inTenant(principal.tenant ?? allTenants, next) : next());
      if (matched && isAudited(matched.rule, c.get('principal'))) {
        const failed = await this.#record(c, matched, c.res.status).catch((error) => error);
        // What went wrong by itself has told nothing.
        if (failed && c.res.status < 500) c.res = problemResponse(c, failed);
      }
    };
  }

  /** Keeps pages of others from asking in the name of whoever looks at them. @throws VoicebotError `unauthorized`. */
  #assertOrigin(c: Context): void {
    const origin = c.req.header('origin');
    if (origin === undefined || this.#options.origins.includes(origin)) return;
    if (URL.canParse(origin) && new URL(origin).host === c.req.header('host')) return;
    throw new VoicebotError('unauthorized', 'Pages of this origin may not ask here.', {
      hint: 'CORS_ORIGINS lists those that may.',
    });
  }

  #record(c: Context, matched: Matched | undefined, status: number): Promise<void> {
    const principal = c.get('principal');
    return this.#options.audit.record({
      actor: principal?.id ?? 'nobody',
      role: principal?.role ?? 'none',
      tenant: kept(principal?.tenant ?? c.req.query('tenant') ?? ''),
      address: c.get('clientAddress'),
      action: matched ? `${matched.rule.method} ${matched.rule.path}` : c.req.method,
      target: Object.fromEntries(Object.entries(matched?.params ?? {}).map(([name, value]) => [name, kept(value)])),
      status,
    });
  }

  async #admit(
    principal: Principal,
    address: string,
    matched: Matched | undefined,
    connects: boolean,
    contentLength: string | undefined,
  ): Promise<void> {
    if (matched) {
      allow(principal, matched);
      if (ofSession.test(matched.rule.path)) await this.assertOwnSession(principal, matched.params.id);
    } else if (!principal.permissions.has('admin')) throw new VoicebotError('not-found', 'There is nothing here.');
    await this.#options.limits.request(principal, address);
    await this.#options.limits.body(principal, address, contentLength);
    if (connects) await this.connected(principal, address);
  }

  /** @throws VoicebotError `not-found` for a session of another tenant. */
  async assertOwnSession({ tenant }: Principal, id: string | undefined): Promise<void> {
    if (tenant === undefined || id === undefined) return;
    const its = await this.#options.tenantOfSession(decoded(id) ?? '');
    if (its === undefined || its === tenant) return;
    throw new VoicebotError('not-found', `There is no session '${id.slice(0, 64)}'.`);
  }

  /** Whose session it is; undefined where there is none. */
  tenantOf(sessionId: string): Promise<string | undefined> {
    return this.#options.tenantOfSession(sessionId);
  }

  /** Counts a connection. @throws VoicebotError `limit-reached`. */
  connected(principal: Principal, address: string): Promise<void> {
    return this.#options.limits.connection(principal, address);
  }

  get asterisk(): AddressList {
    return this.#options.asterisk;
  }

  get limits(): Limits {
    return this.#options.limits;
  }

  /** Whoever a credential belongs to; undefined where there is none, and one is needed. */
  async principalOf(credential: string | undefined, address: string, connects: boolean): Promise<Principal | undefined> {
    const { authenticator, limits } = this.#options;
    if (!authenticator) return localPrincipal;
    if (credential === undefined) return undefined;
    try {
      return await authenticator.authenticate(credential, address, connects);
    } catch (error) {
      if (error instanceof VoicebotError && error.code === 'unauthenticated') await limits.wrongTry(address);
      throw error;
    }
  }
}

/** As much of it as is kept. */
const kept = (text: string): string => storable(text).slice(0, 200);

/** Paths whose `id` is a session. */
const ofSession = /^\/(sessions|ws)\/\{id\}/;

/** @throws VoicebotError `unauthorized` that names what is missing. */
function allow(principal: Principal, { rule, params }: Matched): void {
  if (rule.need !== 'any') assertPermission(principal, rule.need as Permission);
  assertSession(principal, params.id);
}

export function assertPermission({ permissions, role }: Principal, needed: Permission): void {
  if (permissions.has(needed)) return;
  throw new VoicebotError('unauthorized', `This needs the permission '${needed}', which this ${role} does not have.`);
}

/** A caller's token is for one session. */
export function assertSession({ sessionId }: Principal, asked: string | undefined): void {
  if (sessionId === undefined || asked === undefined || decoded(asked) === sessionId) return;
  throw new VoicebotError('unauthorized', 'This token is for another session.');
}

/** @throws VoicebotError `unauthorized` where a key is for one tenant, and this is about all. */
export function assertAllTenants(principal: Principal | undefined): void {
  if (principal?.tenant === undefined) return;
  throw new VoicebotError('unauthorized', 'This is for administrators of all tenants.');
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** The tenant that a request is about. @throws VoicebotError `unauthorized` for one that is not the principal's. */
export function tenantFor(principal: Principal | undefined, asked: string | undefined): string {
  const own = principal?.tenant;
  if (own === undefined) return asked ?? defaultTenant;
  if (asked === undefined || asked === own) return own;
  throw new VoicebotError('unauthorized', `This key is not for the tenant '${asked.slice(0, 64)}'.`);
}

/** The tenant that a list is about; undefined: all. @throws VoicebotError `unauthorized` for one that is not the principal's. */
export const listedTenant = (principal: Principal | undefined, asked: string | undefined): string | undefined =>
  asked === undefined ? principal?.tenant : tenantFor(principal, asked);

const isRefusal = (error: unknown): boolean =>
  error instanceof VoicebotError && (error.code === 'unauthenticated' || error.code === 'unauthorized');

/** Subprotocols that carry a credential: of this service, and of OpenAI's clients in browsers. */
export const tokenProtocols = ['voicebot.token.', 'openai-insecure-api-key.'] as const;

const isBasic = (c: Context): boolean => /^basic /i.test(c.req.header('authorization') ?? '');

/** What a request says who it is from: never in its URL, which logs keep. */
export function credentialOf(c: Context): string | undefined {
  const [scheme = '', value = ''] = c.req.header('authorization')?.split(' ') ?? [];
  if (scheme.toLowerCase() === 'bearer' && value) return value;
  // Browsers ask for it in a window of their own: any name, and the key as the password.
  if (scheme.toLowerCase() === 'basic') {
    const text = Buffer.from(value, 'base64').toString('utf8');
    return text.slice(text.indexOf(':') + 1);
  }
  const offered =
    c.req
      .header('sec-websocket-protocol')
      ?.split(',')
      .map((one) => one.trim()) ?? [];
  for (const prefix of tokenProtocols) {
    const found = offered.find((one) => one.startsWith(prefix));
    if (found) return found.slice(prefix.length);
  }
  return undefined;
}
