import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto';
import { digitsOf, partsJoint, type SpokenSecret } from '../domain/dialog/state.ts';
import { VoicebotError } from '../domain/errors.ts';
import { correctedDigits, hideNumbers } from '../domain/language/numbers.ts';
import { redact, toldCustomerNumber } from '../domain/redact.ts';

const version = 'sealed.1.';
const ivBytes = 12;
const tagBytes = 16;

/**
 * Values that pass through workflow history, and that nobody may read there: AES-256-GCM with a key that API and workers share. What is
 * sealed twice looks different each time, so equal secrets cannot be told from each other.
 */
export class Sealer {
  readonly #key: Buffer;

  /** @param secret of any length; 32 random bytes or more. */
  constructor(secret: string) {
    this.#key = createHash('sha256').update(`voicebot ${secret}`).digest();
  }

  seal(text: string): string {
    const iv = randomBytes(ivBytes);
    const cipher = createCipheriv('aes-256-gcm', this.#key, iv);
    const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return version + Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url');
  }

  /** By what calls of a customer are found, and nobody who does not have the key finds the customer. Spaces and dashes do not count. */
  customerHash(tenant: string, customerNumber: string): string {
    const plain = customerNumber.replace(/[^\p{L}\p{N}]/gu, '').toLowerCase();
    return createHmac('sha256', this.#key).update(`customer ${tenant} ${plain}`).digest('base64url');
  }

  /** Digits as they may be sent through Temporal. */
  sealDigits(digits: string): SpokenSecret {
    return { sealed: this.seal(digits), count: digits.length };
  }

  /**
   * Words as they may be sent through Temporal, and digits that go sealed.
   * @param secret digits were asked for in confidence: all of them are sealed, and none is left; else a customer number that is told all the same.
   */
  sealWords(text: string, secret: boolean): { text: string; digits?: SpokenSecret } {
    const digits = secret
      ? correctedDigits(text, Object.values(digitsOf))
      : (toldCustomerNumber(text, digitsOf['customer-number']) ?? '');
    const words = secret ? hideNumbers(text) : redact(text);
    return { text: words, ...(digits === '' ? {} : { digits: this.sealDigits(digits) }) };
  }

  /** What was sealed; of parts that were told one after the other, the whole. @throws VoicebotError `invalid-config` for what another key has sealed. */
  open(sealed: string): string {
    return sealed
      .split(partsJoint)
      .map((part) => this.#openOne(part))
      .join('');
  }

  #openOne(sealed: string): string {
    try {
      const bytes = Buffer.from(sealed.slice(version.length), 'base64url');
      const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, ivBytes));
      decipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
      return Buffer.concat([decipher.update(bytes.subarray(ivBytes + tagBytes)), decipher.final()]).toString('utf8');
    } catch (cause) {
      throw new VoicebotError('invalid-config', 'What was told in confidence cannot be read here.', {
        hint: 'API and workers need the same SECRETS_KEY.',
        cause,
      });
    }
  }
}
