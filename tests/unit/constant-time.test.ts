import { beforeEach, describe, expect, it, vi } from 'vitest';

const compared = vi.hoisted(() => ({ times: 0 }));
vi.mock('node:crypto', async (original) => {
  const crypto = await original<typeof import('node:crypto')>();
  const timingSafeEqual: typeof crypto.timingSafeEqual = (a, b) => {
    compared.times++;
    return crypto.timingSafeEqual(a, b);
  };
  return { ...crypto, timingSafeEqual };
});

const { PathSigner } = await import('../../media/signed-path.ts');
const { mediaToken, sameSecret, twilioSignature } = await import('../../api/telephony/twilio-signature.ts');
const { Authenticator } = await import('../../api/access/authenticator.ts');

beforeEach(() => {
  compared.times = 0;
});

/** The same secret, wrong at its beginning or at its end: what stops at the first difference tells the two apart by time. */
const wrongAt = (secret: string, at: 'first' | 'last'): string => {
  const other = (character: string | undefined) => (character === 'A' ? 'B' : 'A');
  return at === 'first' ? other(secret[0]) + secret.slice(1) : secret.slice(0, -1) + other(secret.at(-1));
};

describe.each(['first', 'last'] as const)('a secret that is wrong at its %s character is compared whole', (at) => {
  it('as a signed path', () => {
    const signer = new PathSigner();
    const url = new URL(signer.sign('/media/turn-1', 2_000_000_000), 'http://localhost');
    // The last character of 32 bytes in base64url holds two bits alone: the one before it is changed as well.
    const signature =
      wrongAt((url.searchParams.get('signature') ?? '').slice(0, -1), at) + url.searchParams.get('signature')?.at(-1);
    expect(signer.verify('/media/turn-1', '2000000000', signature, 1_900_000_000)).toBe(false);
    expect(compared.times).toBe(1);
  });

  it('as the signature of a webhook, or the token of its socket', () => {
    for (const secret of [
      twilioSignature('token', 'https://bank.test/', { CallSid: '1' }),
      mediaToken('token', 'CA1', 'north'),
    ]) {
      compared.times = 0;
      expect(sameSecret(secret, wrongAt(secret, at))).toBe(false);
      expect(compared.times).toBe(1);
    }
  });

  it("as the configuration's key", async () => {
    const adminKey = 'an-administrator-of-the-configuration';
    const authenticator = new Authenticator({ db: undefined as never, jwt: undefined, adminKey, now: () => new Date(0) });
    await expect(authenticator.authenticate(wrongAt(adminKey, at), '127.0.0.1', false)).rejects.toMatchObject({
      code: 'unauthenticated',
    });
    expect(compared.times).toBe(1);
  });
});
