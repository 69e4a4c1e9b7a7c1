import { hkdfSync, randomBytes } from 'node:crypto';
import { ivBytes, sealed, tagBytes, unsealed } from '../domain/aes-gcm.ts';
import { type KeyRing, keyOf } from '../domain/key-ring.ts';

const magic = Buffer.from('VBX1');
const keyBytes = 32;
const what = 'A stored file';

/** What is nobody's own, and large or read again and again: adapters, and speech of approved wording made ahead. */
const inTheClear = /^(adapters|speech)\//;

/**
 * Encrypts what lies in the blob store: each blob with a key of its own, and that key with one of its tenant, which comes from the key ring by HKDF
 * (RFC 5869). Keys may change while blobs of the earlier ones are still read.
 *
 * Format: `VBX1`, length of the ring key's id (1 byte), the id, IV (12), the blob's key encrypted (32) and its tag (16), IV (12), ciphertext, tag (16);
 * AES-256-GCM, both times with the blob's name authenticated, so that none can be put in another's place.
 */
export class BlobCipher {
  readonly #ring: KeyRing;
  readonly #derived = new Map<string, Buffer>();

  constructor(ring: KeyRing) {
    this.#ring = ring;
  }

  /** @param random as `randomBytes`; handed in by tests of the format alone. */
  seal(name: string, plain: Uint8Array, random: (bytes: number) => Buffer = randomBytes): Uint8Array {
    if (inTheClear.test(name)) return plain;
    const { current } = this.#ring;
    const id = Buffer.from(current);
    const [key, keyIv, iv] = [random(keyBytes), random(ivBytes), random(ivBytes)];
    const wrapped = sealed(this.#keyFor(current, name), keyIv, name, key);
    return Buffer.concat([magic, Buffer.of(id.length), id, keyIv, wrapped, iv, sealed(key, iv, name, plain)]);
  }

  /**
   * The blob as it was; what lies in the clear, from before there was a cipher, is given as it is.
   * @throws VoicebotError `invalid-config` for a key that is not here; `invalid-request` for what was changed.
   */
  open(name: string, stored: Uint8Array): Uint8Array {
    const bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength);
    if (!bytes.subarray(0, magic.length).equals(magic)) return stored;
    let at = magic.length;
    const take = (length: number) => {
      at += length;
      return bytes.subarray(at - length, at);
    };
    const id = take(take(1)[0] ?? 0).toString('utf8');
    const [keyIv, wrapped] = [take(ivBytes), take(keyBytes + tagBytes)];
    const key = unsealed(this.#keyFor(id, name), keyIv, name, wrapped, what);
    const iv = take(ivBytes);
    return unsealed(key, iv, name, bytes.subarray(at), what);
  }

  /** The key of the tenant whose blob it is: the second part of its name. */
  #keyFor(id: string, name: string): Buffer {
    const master = keyOf(this.#ring, id, what);
    const owner = name.split('/')[1] ?? '';
    const known = this.#derived.get(`${id} ${owner}`);
    if (known) return known;
    const made = Buffer.from(hkdfSync('sha256', master, '', `voicebot blobs 1 ${owner}`, keyBytes));
    this.#derived.set(`${id} ${owner}`, made);
    return made;
  }
}
