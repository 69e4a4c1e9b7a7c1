import { createRemoteJWKSet, errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { z } from 'zod';
import { granted, isRole, type Principal, permissions, permissionsOf, type Role, roles } from '../../domain/access/access.ts';
import { messageOf, VoicebotError } from '../../domain/errors.ts';

export interface JwtSettings {
  /** As it stands in `iss`; its discovery document names the keys. */
  readonly issuer: string;
  readonly audience: string;
  /** Claims that hold role and tenant; a dot leads into an object. */
  readonly roleClaim: string;
  readonly tenantClaim: string;
}

/** Signatures by a key that the issuer alone has: with a shared one everybody who verifies could sign, and `none` is no signature. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'];
const clockSkewSeconds = 30;
const discoveryTimeoutMs = 5_000;
/** After this the issuer is asked again who its keys are. */
const discoveryMs = 3_600_000;

const discovery = z.object({ issuer: z.string(), jwks_uri: z.url() });

/** Reads JSON Web Tokens of an OpenID Connect issuer (OpenID Connect Discovery 1.0; RFC 7519). */
export class JwtReader {
  readonly #settings: JwtSettings;
  #keys: { readonly at: number; readonly set: Promise<JWTVerifyGetKey> } | undefined;

  constructor(settings: JwtSettings) {
    this.#settings = settings;
  }

  /** @throws VoicebotError `unauthenticated` that says what is wrong with it; `dependency-unavailable` where the issuer does not answer. */
  async read(token: string, now: Date): Promise<Principal> {
    const { issuer, audience, roleClaim, tenantClaim } = this.#settings;
    const keys = await this.#keySet(now);
    let claims: Record<string, unknown>;
    try {
      const required = ['exp', 'sub'];
      const options = {
        issuer,
        audience,
        algorithms,
        clockTolerance: clockSkewSeconds,
        requiredClaims: required,
        currentDate: now,
      };
      claims = (await jwtVerify(token, keys, options)).payload;
    } catch (error) {
      throw refused(error);
    }
    const named = [claimOf(claims, roleClaim)].flat().filter(isRole);
    // Of several roles the one that may do most.
    const role = [...roles].reverse().find((one) => one !== 'caller' && named.includes(one));
    if (!role) {
      throw new VoicebotError('unauthorized', `The token names no role of this service in its claim '${roleClaim}'.`, {
        hint: `Roles: ${roles.filter((one) => one !== 'caller').join(', ')}.`,
      });
    }
    const tenant = claimOf(claims, tenantClaim);
    return {
      id: `jwt:${String(claims.sub).slice(0, 100)}`,
      role,
      permissions: granted(role, scopesIn(claims.scope, role)),
      ...(typeof tenant === 'string' && tenant !== '' ? { tenant } : {}),
    };
  }

  #keySet(now: Date): Promise<JWTVerifyGetKey> {
    const known = this.#keys;
    if (known && now.getTime() - known.at < discoveryMs) return known.set;
    const set = this.#discover();
    this.#keys = { at: now.getTime(), set };
    // What failed is not remembered.
    set.catch(() => {
      if (this.#keys?.set === set) this.#keys = undefined;
    });
    return set;
  }

  async #discover(): Promise<JWTVerifyGetKey> {
    const { issuer } = this.#settings;
    const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(discoveryTimeoutMs), redirect: 'error' });
      if (!response.ok) throw new Error(`it answered ${response.status}`);
      const found = discovery.parse(await response.json());
      if (found.issuer !== issuer) throw new Error(`it says that it is ${found.issuer.slice(0, 200)}`);
      return createRemoteJWKSet(new URL(found.jwks_uri), { timeoutDuration: discoveryTimeoutMs });
    } catch (cause) {
      throw issuerAway(cause);
    }
  }
}

const issuerAway = (cause: unknown) =>
  new VoicebotError('dependency-unavailable', `The issuer of tokens cannot be asked for its keys: ${messageOf(cause)}`, {
    retryable: true,
    retryAfterSeconds: 5,
    cause,
  });

function refused(error: unknown): VoicebotError {
  if (error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError)) return issuerAway(error);
  const why =
    error instanceof errors.JWTExpired
      ? 'The token has expired.'
      : error instanceof errors.JWTClaimValidationFailed
        ? `The claim '${error.claim}' of the token is not as it must be.`
        : 'The token is not valid.';
  return new VoicebotError('unauthenticated', why, { cause: error });
}

/** A claim, also one within objects. */
const claimOf = (claims: Record<string, unknown>, path: string): unknown => {
  if (Object.hasOwn(claims, path)) return claims[path];
  return path
    .split('.')
    .reduce<unknown>((value, name) => (isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined), claims);
};

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** Scopes of the token that are permissions here, as `voicebot:read`; none narrow nothing. */
function scopesIn(scope: unknown, role: Role) {
  const named = typeof scope === 'string' ? scope.split(' ') : [];
  return permissions.filter((one) => permissionsOf[role].includes(one) && named.includes(`voicebot:${one}`));
}
