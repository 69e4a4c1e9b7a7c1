import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';

export interface FakeIssuer {
  readonly issuer: string;
  /** A token as the identity provider of a bank would give it. */
  token(
    claims?: JWTPayload,
    over?: { readonly issuer?: string; readonly audience?: string; readonly expires?: string },
  ): Promise<string>;
  /** From now on it signs with another key; the one before is not published any more. */
  rotate(): Promise<void>;
  readonly publicKey: () => JWK;
  stop(): Promise<void>;
}

/** A fake OpenID Connect issuer: discovery, a key set, and tokens. */
export async function startFakeIssuer(audience: string): Promise<FakeIssuer> {
  let key: { readonly private: CryptoKey; readonly public: JWK };
  let made = 0;
  const rotate = async () => {
    const pair = await generateKeyPair('ES256');
    key = { private: pair.privateKey, public: { ...(await exportJWK(pair.publicKey)), kid: `key-${made++}`, alg: 'ES256' } };
  };
  await rotate();
  const server = createServer((request, response) => {
    const found =
      request.url === '/.well-known/openid-configuration'
        ? { issuer, jwks_uri: `${issuer}/keys` }
        : request.url === '/keys'
          ? { keys: [key.public] }
          : undefined;
    response.writeHead(found ? 200 : 404, { 'Content-Type': 'application/json' }).end(JSON.stringify(found ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    issuer,
    rotate,
    publicKey: () => key.public,
    token: (claims = { role: 'agent' }, over = {}) =>
      new SignJWT({ sub: 'ann', ...claims })
        .setProtectedHeader({ alg: 'ES256', kid: key.public.kid as string })
        .setIssuer(over.issuer ?? issuer)
        .setAudience(over.audience ?? audience)
        .setIssuedAt()
        .setExpirationTime(over.expires ?? '5 minutes')
        .sign(key.private),
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
