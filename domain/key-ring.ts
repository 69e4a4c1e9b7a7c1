import { VoicebotError } from './errors.ts';

/** Keys of 32 bytes by their ids; the one named encrypts, all decrypt. */
export interface KeyRing {
  readonly current: string;
  readonly keys: ReadonlyMap<string, Buffer>;
}

/**
 * @param what is to be opened with the key, as in "A payload".
 * @throws VoicebotError `invalid-config` for a key that is not here.
 */
export function keyOf(ring: KeyRing, id: string, what: string): Buffer {
  const key = ring.keys.get(id);
  if (key) return key;
  throw new VoicebotError('invalid-config', `${what} was encrypted with the key '${id.slice(0, 64)}', which is not here.`, {
    hint: 'Add it to PAYLOAD_KEYS; without that setting, all processes need the same SECRETS_KEY.',
  });
}
