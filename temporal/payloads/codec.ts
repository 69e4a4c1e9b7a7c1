import { randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import { ivBytes, sealed, unsealed } from '../../domain/aes-gcm.ts';
import { type KeyRing, keyOf } from '../../domain/key-ring.ts';

/** Names of Temporal's own examples of encryption, by which other tools know such payloads. */
const encoding = 'binary/encrypted';
const keyIdField = 'encryption-key-id';
const what = 'A payload';

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
    const { current } = this.#ring;
    const plain = proto.temporal.api.common.v1.Payload.encode(payload).finish();
    const data = Buffer.concat([iv, sealed(keyOf(this.#ring, current, what), iv, current, plain)]);
    return { metadata: { encoding: Buffer.from(encoding), [keyIdField]: Buffer.from(current) }, data };
  }

  /** @throws VoicebotError `invalid-config` for a key that is not here; `invalid-request` for what was changed. */
  decrypt(payload: Payload): Payload {
    if (text(payload.metadata?.encoding) !== encoding) return payload;
    const id = text(payload.metadata?.[keyIdField]);
    const data = Buffer.from(payload.data ?? []);
    const plain = unsealed(keyOf(this.#ring, id, what), data.subarray(0, ivBytes), id, data.subarray(ivBytes), what);
    return proto.temporal.api.common.v1.Payload.decode(plain);
  }
}
