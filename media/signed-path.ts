import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** Signs paths of the media hub, so that only who was given a turn's URL can open its pipes, and only for a while. */
export class PathSigner {
  /** Known to this process alone: hub and API live together. */
  readonly #key = randomBytes(32);

  /** @returns the path with its expiry (Unix seconds) and signature. */
  sign(path: string, expiresAt: number): string {
    return `${path}?expires=${expiresAt}&signature=${this.#signature(path, expiresAt).toString('base64url')}`;
  }

  verify(path: string, expires: string | undefined, signature: string | undefined, nowSeconds: number): boolean {
    const expiresAt = Number(expires);
    if (!signature || !Number.isInteger(expiresAt) || expiresAt < nowSeconds) return false;
    const given = Buffer.from(signature, 'base64url');
    const wanted = this.#signature(path, expiresAt);
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  }

  #signature(path: string, expiresAt: number): Buffer {
    return createHmac('sha256', this.#key).update(`${expiresAt} ${path}`).digest();
  }
}
