import type { Config } from '../../config/schema.ts';
import { BlobCipher } from '../../db/blob-cipher.ts';
import { EncryptionCodec } from './codec.ts';
import { readKeyRing } from './keys.ts';

export interface Encryption {
  /** What payloads of Temporal pass through; unset where they are in the clear. */
  readonly codec: EncryptionCodec | undefined;
  /** What blobs pass through; unset where they are in the clear. */
  readonly cipher: BlobCipher | undefined;
}

/** As the configuration has it. @param secret what a key is derived from where none is given. */
export async function openEncryption(config: Config, secret: string): Promise<Encryption> {
  const { PAYLOAD_KEYS: keys, PAYLOAD_KEYS_FILE: file, PAYLOAD_KEYS_COMMAND: command } = config;
  const ring = await readKeyRing({ keys, file, command, secret });
  return {
    codec: config.PAYLOAD_ENCRYPTION ? new EncryptionCodec(ring) : undefined,
    cipher: config.BLOB_ENCRYPTION ? new BlobCipher(ring) : undefined,
  };
}
