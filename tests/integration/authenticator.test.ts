import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Authenticator } from '../../api/access/authenticator.ts';
import { JwtReader } from '../../api/access/jwt.ts';
import { addApiKey, makeKey, revokeApiKey } from '../../db/api-keys.ts';
import { addCallToken } from '../../db/call-tokens.ts';
import { type OpenDatabase, openDatabase } from '../../db/open.ts';
import type { Permission, Role } from '../../domain/access/access.ts';
import { type FakeIssuer, startFakeIssuer } from '../fakes/oidc-issuer.ts';

const audience = 'voicebot';
const home = '127.0.0.1';
let database: OpenDatabase;
let issuer: FakeIssuer;
let now: Date;
let authenticator: Authenticator;

beforeAll(async () => {
  database = await openDatabase({ dataDir: await mkdtemp(join(tmpdir(), 'voicebot-access-')) });
  issuer = await startFakeIssuer(audience);
});
afterAll(async () => {
  await issuer?.stop();
  await database?.close();
});
beforeEach(() => {
  now = new Date();
  const settings = { issuer: issuer.issuer, audience, roleClaim: 'realm.roles', tenantClaim: 'tenant' };
  authenticator = new Authenticator({
    db: database.acrossTenants,
    jwt: new JwtReader(settings),
    adminKey: 'an-administrator-of-the-configuration',
    now: () => now,
  });
});

const later = (ms: number) => {
  now = new Date(now.getTime() + ms);
};
const who = (credential: string, { from = home, connects = false } = {}) =>
  authenticator.authenticate(credential, from, connects);

describe('a key', () => {
  const key = async (over: { role?: Role; permissions?: Permission[]; tenant?: string; expiresAt?: Date } = {}) => {
    const made = makeKey();
    const about = { name: 'test', role: 'operator', permissions: [], tenant: undefined, expiresAt: undefined } as const;
    await addApiKey(database.acrossTenants, { ...made, ...about, createdBy: 'test', ...over });
    return made;
  };

  it('has the permissions of its role, or those of them that it names, and its tenant', async () => {
    const { id, secret } = await key({ permissions: ['read'], tenant: 'north' });
    const principal = await who(secret);
    expect(principal).toMatchObject({ id: `key:${id}`, role: 'operator', tenant: 'north' });
    expect([...principal.permissions]).toEqual(['read']);
    expect((await who((await key({ role: 'agent' })).secret)).permissions.has('operate')).toBe(false);
  });

  it('is refused with another secret, once it has expired, and five seconds after it was revoked', async () => {
    const { id, secret } = await key({ expiresAt: new Date(now.getTime() + 60_000) });
    await expect(who(secret.slice(0, -1) + (secret.endsWith('A') ? 'B' : 'A'))).rejects.toMatchObject({
      code: 'unauthenticated',
    });
    await who(secret);
    later(61_000);
    await expect(who(secret)).rejects.toMatchObject({ code: 'unauthenticated' });
    const other = await key();
    await who(other.secret);
    await revokeApiKey(database.acrossTenants, other.id, undefined, now);
    later(5_001);
    await expect(who(other.secret)).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(id).not.toBe(other.id);
  });

  it('of the configuration is an administrator; what is no key is nobody', async () => {
    expect(await who('an-administrator-of-the-configuration')).toMatchObject({ role: 'admin' });
    for (const nobody of ['', 'vbk_', 'vbk_abcdefghijkl_short', "' or 1=1 --", 'vbt_short', 'a.b']) {
      await expect(who(nobody)).rejects.toMatchObject({ code: 'unauthenticated' });
    }
  });
});

describe("a caller's token", () => {
  let made = 0;
  const token = async (over: { addresses?: string[]; expiresAt?: Date } = {}) => {
    const secret = `vbt_${String(made++).padStart(43, 'x')}`;
    const about = { tenant: undefined, sessionId: 'caller-1', addresses: [], expiresAt: new Date(now.getTime() + 60_000) };
    await addCallToken(database.acrossTenants, { token: secret, ...about, createdBy: 'test', ...over }, now);
    return secret;
  };

  it('is for one session, and opens one connection', async () => {
    const secret = await token();
    expect(await who(secret, { connects: true })).toMatchObject({ role: 'caller', sessionId: 'caller-1' });
    await expect(who(secret, { connects: true })).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(await who(secret)).toMatchObject({ sessionId: 'caller-1' });
  });

  it('opens one connection also where two come at the same moment', async () => {
    const secret = await token();
    const both = await Promise.allSettled([who(secret, { connects: true }), who(secret, { connects: true })]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('is refused after its time, and from elsewhere', async () => {
    const secret = await token({ addresses: ['192.0.2.0/24', '2001:db8::1'] });
    expect(await who(secret, { from: '192.0.2.77' })).toMatchObject({ role: 'caller' });
    expect(await who(secret, { from: '::ffff:192.0.2.77' })).toMatchObject({ role: 'caller' });
    await expect(who(secret, { from: '198.51.100.1' })).rejects.toMatchObject({ code: 'unauthorized' });
    later(61_000);
    await expect(who(secret, { from: '192.0.2.77' })).rejects.toMatchObject({ code: 'unauthenticated' });
  });
});

describe('a token of the identity provider', () => {
  const agent = { realm: { roles: ['staff', 'agent'] } };

  it('has the best of its roles, its tenant, and the scopes that it is narrowed to', async () => {
    const claims = {
      realm: { roles: ['agent', 'operator', 'caller'] },
      tenant: 'north',
      scope: 'openid voicebot:read voicebot:admin',
    };
    const principal = await who(await issuer.token(claims));
    expect(principal).toMatchObject({ id: 'jwt:ann', role: 'operator', tenant: 'north' });
    expect([...principal.permissions]).toEqual(['read']);
  });

  it('is refused where it has expired, but for the skew of clocks', async () => {
    const token = await issuer.token(agent, { expires: '1 minute' });
    later(80_000);
    expect(await who(token)).toMatchObject({ role: 'agent' });
    later(20_000);
    await expect(who(token)).rejects.toMatchObject({ code: 'unauthenticated', message: 'The token has expired.' });
  });

  it.each([
    ['another audience', () => issuer.token(agent, { audience: 'other' })],
    ['another issuer', () => issuer.token(agent, { issuer: 'https://elsewhere.example' })],
    [
      'no signature',
      async () =>
        new UnsecuredJWT({ ...agent, sub: 'ann' })
          .setIssuer(issuer.issuer)
          .setAudience(audience)
          .setExpirationTime('1h')
          .encode(),
    ],
    [
      // Whoever takes the public key for a shared secret lets everybody sign.
      'the public key as a shared secret',
      () =>
        new SignJWT({ ...agent, sub: 'ann' })
          .setProtectedHeader({ alg: 'HS256', kid: issuer.publicKey().kid as string })
          .setIssuer(issuer.issuer)
          .setAudience(audience)
          .setExpirationTime('1h')
          .sign(new TextEncoder().encode(JSON.stringify(issuer.publicKey()))),
    ],
    [
      'changed claims',
      async () =>
        (await issuer.token(agent)).replace(
          /\.[^.]+\./,
          `.${Buffer.from(JSON.stringify({ ...agent, sub: 'eve' })).toString('base64url')}.`,
        ),
    ],
  ])('is refused with %s', async (_, forged) => {
    await expect(who(await forged())).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('without a role of this service may do nothing', async () => {
    for (const claims of [{}, { realm: { roles: ['caller', 'root'] } }, { role: 'admin' }]) {
      await expect(who(await issuer.token(claims))).rejects.toMatchObject({ code: 'unauthorized' });
    }
  });

  it('is taken where the issuer has changed its key, and an old one is not', async () => {
    const old = await issuer.token(agent);
    await who(old);
    await issuer.rotate();
    // The key set is asked for again at most every half minute.
    const fresh = new Authenticator({
      db: database.acrossTenants,
      jwt: new JwtReader({ issuer: issuer.issuer, audience, roleClaim: 'realm.roles', tenantClaim: 'tenant' }),
    });
    expect(await fresh.authenticate(await issuer.token(agent), home, false)).toMatchObject({ role: 'agent' });
    await expect(fresh.authenticate(old, home, false)).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('waits for an issuer that is away, and is honest about it', async () => {
    const away = new JwtReader({ issuer: 'http://127.0.0.1:9', audience, roleClaim: 'role', tenantClaim: 'tenant' });
    await expect(away.read(await issuer.token(agent), now)).rejects.toMatchObject({
      code: 'dependency-unavailable',
      retryable: true,
    });
  });
});
