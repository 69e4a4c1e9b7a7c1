import type { Config } from '../../config/schema.ts';
import { EncryptionCodec } from './codec.ts';
import { readKeyRing } from './keys.ts';

/** What payloads pass through, as the configuration has it. @param secret what a key is derived from where none is given. */
export async function openPayloadCodec(config: Config, secret: string): Promise<EncryptionCodec | undefined> {
  if (!config.PAYLOAD_ENCRYPTION) return undefined;
  const { PAYLOAD_KEYS: keys, PAYLOAD_KEYS_FILE: file, PAYLOAD_KEYS_COMMAND: command } = config;
  return new EncryptionCodec(await readKeyRing({ keys, file, command, secret }));
}
