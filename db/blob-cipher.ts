import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { VoicebotError } from '../domain/errors.ts';
import type { KeyRing } from '../domain/key-ring.ts';

const magic = Buffer.from('VBX1');
const cipherName = 'aes-256-gcm';
const keyBytes = 32;
const ivBytes = 12;
const tagBytes = 16;

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
    const wrapped = encrypted(this.#keyFor(current, name), keyIv, name, key);
    return Buffer.concat([magic, Buffer.of(id.length), id, keyIv, wrapped, iv, encrypted(key, iv, name, plain)]);
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
    const wrapping = this.#keyFor(id, name);
    try {
      const [keyIv, wrapped] = [take(ivBytes), take(keyBytes + tagBytes)];
      const key = decrypted(wrapping, keyIv, name, wrapped);
      const iv = take(ivBytes);
      return decrypted(key, iv, name, bytes.subarray(at));
    } catch (cause) {
      throw new VoicebotError(
        'invalid-request',
        'A stored file cannot be decrypted: it was changed, or its key is another one.',
        {
          cause,
        },
      );
    }
  }

  /** The key of the tenant whose blob it is: the second part of its name. */
  #keyFor(id: string, name: string): Buffer {
    const master = this.#ring.keys.get(id);
    if (!master) {
      throw new VoicebotError(
        'invalid-config',
        `A stored file was encrypted with the key '${id.slice(0, 64)}', which is not here.`,
        {
          hint: 'Add it to PAYLOAD_KEYS; without that setting, all processes need the same SECRETS_KEY.',
        },
      );
    }
    const owner = name.split('/')[1] ?? '';
    const known = this.#derived.get(`${id} ${owner}`);
    if (known) return known;
    const made = Buffer.from(hkdfSync('sha256', master, '', `voicebot blobs 1 ${owner}`, keyBytes));
    this.#derived.set(`${id} ${owner}`, made);
    return made;
  }
}

function encrypted(key: Buffer, iv: Buffer, name: string, plain: Uint8Array): Buffer {
  const cipher = createCipheriv(cipherName, key, iv).setAAD(Buffer.from(name));
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function decrypted(key: Buffer, iv: Buffer, name: string, sealed: Buffer): Buffer {
  const decipher = createDecipheriv(cipherName, key, iv, { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(name)).setAuthTag(sealed.subarray(-tagBytes));
  return Buffer.concat([decipher.update(sealed.subarray(0, -tagBytes)), decipher.final()]);
}
