import { createCipheriv, createDecipheriv } from 'node:crypto';
import { VoicebotError } from './errors.ts';

const cipherName = 'aes-256-gcm';
/** NIST SP 800-38D: an IV of 96 bits, new for each text under a key, and the whole tag. */
export const ivBytes = 12;
export const tagBytes = 16;

/** AES-256-GCM. @returns the ciphertext with its tag behind it. */
export function sealed(key: Buffer, iv: Buffer, authenticated: string, plain: Uint8Array): Buffer {
  const cipher = createCipheriv(cipherName, key, iv).setAAD(Buffer.from(authenticated));
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/**
 * What `sealed` gave, in the clear.
 * @param what it is, as in "A payload".
 * @throws VoicebotError `invalid-request` for what was changed or cut short.
 */
export function unsealed(key: Buffer, iv: Buffer, authenticated: string, bytes: Buffer, what: string): Buffer {
  try {
    const decipher = createDecipheriv(cipherName, key, iv, { authTagLength: tagBytes });
    decipher.setAAD(Buffer.from(authenticated)).setAuthTag(bytes.subarray(-tagBytes));
    return Buffer.concat([decipher.update(bytes.subarray(0, -tagBytes)), decipher.final()]);
  } catch (cause) {
    const message = `${what} cannot be decrypted: it was changed, or its key is another one.`;
    throw new VoicebotError('invalid-request', message, { cause });
  }
}
