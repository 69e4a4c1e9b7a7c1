import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import { VoicebotError } from '../../domain/errors.ts';
import type { KeyRing } from '../../domain/key-ring.ts';

/** Names of Temporal's own examples of encryption, by which other tools know such payloads. */
const encoding = 'binary/encrypted';
const keyIdField = 'encryption-key-id';
const cipherName = 'aes-256-gcm';
const ivBytes = 12;
const tagBytes = 16;

const text = (bytes: Uint8Array | null | undefined): string => (bytes ? Buffer.from(bytes).toString('utf8') : '');

/**
 * Encrypts all that passes through Temporal: AES-256-GCM, a new random IV for each payload, and the id of the key in the metadata and in what is
 * authenticated. Data: IV (12 bytes), ciphertext of the serialised payload, tag (16 bytes). Payloads in the clear, as calls of earlier releases have
 * them, are read as they are.
 */
export class EncryptionCodec implements PayloadCodec {
  readonly #ring: KeyRing;

  constructor(ring: KeyRing) {
    this.#ring = ring;
  }

  async encode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map((payload) => this.encrypt(payload));
  }

  async decode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map((payload) => this.decrypt(payload));
  }

  /** @param iv random; handed in by tests of the format alone. */
  encrypt(payload: Payload, iv = randomBytes(ivBytes)): Payload {
    const { current, keys } = this.#ring;
    const cipher = createCipheriv(cipherName, keys.get(current) as Buffer, iv).setAAD(Buffer.from(current));
    const plain = proto.temporal.api.common.v1.Payload.encode(payload).finish();
    const data = Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    return { metadata: { encoding: Buffer.from(encoding), [keyIdField]: Buffer.from(current) }, data };
  }

  /** @throws VoicebotError `invalid-config` for a key that is not here; `invalid-request` for what was changed. */
  decrypt(payload: Payload): Payload {
    if (text(payload.metadata?.encoding) !== encoding) return payload;
    const id = text(payload.metadata?.[keyIdField]);
    const key = this.#ring.keys.get(id);
    if (!key) {
      throw new VoicebotError('invalid-config', `A payload was encrypted with the key '${id.slice(0, 64)}', which is not here.`, {
        hint: 'Add it to PAYLOAD_KEYS; without that setting, all processes need the same SECRETS_KEY.',
      });
    }
    const data = Buffer.from(payload.data ?? []);
    try {
      const decipher = createDecipheriv(cipherName, key, data.subarray(0, ivBytes), { authTagLength: tagBytes });
      decipher.setAAD(Buffer.from(id)).setAuthTag(data.subarray(-tagBytes));
      const plain = Buffer.concat([decipher.update(data.subarray(ivBytes, -tagBytes)), decipher.final()]);
      return proto.temporal.api.common.v1.Payload.decode(plain);
    } catch (cause) {
      throw new VoicebotError('invalid-request', 'A payload cannot be decrypted: it was changed, or its key is another one.', {
        cause,
      });
    }
  }
}
