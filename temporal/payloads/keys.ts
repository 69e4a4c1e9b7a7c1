import { execFile } from 'node:child_process';
import { hkdfSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { messageOf, VoicebotError } from '../../domain/errors.ts';
import type { KeyRing } from '../../domain/key-ring.ts';

export interface KeySources {
  /** `id:base64`, separated by commas or lines. */
  readonly keys?: string | undefined;
  /** A file that holds them. */
  readonly file?: string | undefined;
  /** A program that prints them, as one that asks a key management service; run once. */
  readonly command?: string | undefined;
  /** What a key is derived from where none is given. */
  readonly secret: string;
}

const keyBytes = 32;
const commandTimeoutMs = 30_000;
const maxOutputBytes = 65_536;
const derivedId = 'secrets-key';
const entry = /^([A-Za-z0-9._-]{1,64}):([A-Za-z0-9+/_-]+={0,2})$/;

/** @throws VoicebotError `invalid-config` that says what is wrong, and shows no key. */
export async function readKeyRing({ keys, file, command, secret }: KeySources): Promise<KeyRing> {
  if (keys) return keyRing(keys, 'PAYLOAD_KEYS');
  if (file)
    return keyRing(await readFile(file, 'utf8').catch((cause) => failed('PAYLOAD_KEYS_FILE', cause)), 'PAYLOAD_KEYS_FILE');
  if (command) return keyRing(await output(command), 'PAYLOAD_KEYS_COMMAND');
  return { current: derivedId, keys: new Map([[derivedId, derivedKey(secret)]]) };
}

/** HKDF-SHA-256 (RFC 5869), so that what is sealed with the secret itself stays apart. */
export const derivedKey = (secret: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, '', 'voicebot temporal payloads 1', keyBytes));

export function keyRing(text: string, source: string): KeyRing {
  const keys = new Map<string, Buffer>();
  for (const one of text.split(/[\s,]+/).filter(Boolean)) {
    const [, id = '', encoded = ''] = entry.exec(one) ?? [];
    const key = Buffer.from(encoded, 'base64');
    if (key.length !== keyBytes) {
      throw new VoicebotError('invalid-config', `${source}: the key ${keys.size + 1} is not 32 bytes in base64 after an id.`, {
        hint: 'Write id:key, as from: echo "2027-01:$(openssl rand -base64 32)".',
      });
    }
    if (keys.has(id)) throw new VoicebotError('invalid-config', `${source}: the id '${id}' is there twice.`);
    keys.set(id, key);
  }
  const [current] = keys.keys();
  if (current === undefined) throw new VoicebotError('invalid-config', `${source} holds no keys.`);
  return { current, keys };
}

async function output(command: string): Promise<string> {
  const [program = '', ...args] = command.split(/\s+/).filter(Boolean);
  const options = { timeout: commandTimeoutMs, maxBuffer: maxOutputBytes };
  const { stdout } = await promisify(execFile)(program, args, options).catch((cause) => failed('PAYLOAD_KEYS_COMMAND', cause));
  return stdout;
}

/** What a program has printed is not repeated: it may hold keys. */
function failed(source: string, cause: unknown): never {
  const why = (cause as { code?: unknown }).code ?? messageOf(cause).slice(0, 100);
  throw new VoicebotError('invalid-config', `${source} cannot be read: ${String(why)}.`);
}
