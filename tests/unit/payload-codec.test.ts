import { readFileSync } from 'node:fs';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import type { KeyRing } from '../../domain/key-ring.ts';
import { EncryptionCodec } from '../../temporal/payloads/codec.ts';
import { derivedKey, keyRing, readKeyRing } from '../../temporal/payloads/keys.ts';

interface WrittenPayload {
  readonly metadata: Readonly<Record<string, string>>;
  readonly data: string;
}
interface Vectors {
  readonly secret: string;
  readonly derivedKey: string;
  readonly keys: string;
  readonly cases: readonly {
    readonly ring: 'derived' | 'given';
    readonly iv: string;
    readonly plain: WrittenPayload;
    readonly encrypted: WrittenPayload;
  }[];
}

/** The Python workers are tested with the same. */
const vectors: Vectors = JSON.parse(readFileSync(new URL('../vectors/temporal-payloads.json', import.meta.url), 'utf8'));

const payloadOf = ({ metadata, data }: WrittenPayload): Payload => ({
  metadata: Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, Buffer.from(value, 'base64')])),
  data: Buffer.from(data, 'base64'),
});
const writtenOf = ({ metadata, data }: Payload): WrittenPayload => ({
  metadata: Object.fromEntries(
    Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString('base64')]),
  ),
  data: Buffer.from(data ?? []).toString('base64'),
});

const derived: KeyRing = await readKeyRing({ secret: vectors.secret });
const given = keyRing(vectors.keys, 'the test');

describe('a payload', () => {
  it('is encrypted with a key that is derived as in Python', () => {
    expect(derivedKey(vectors.secret).toString('base64')).toBe(vectors.derivedKey);
  });

  it.each(vectors.cases)('is encrypted and decrypted as by the Python workers (case %#)', ({ ring, iv, plain, encrypted }) => {
    const codec = new EncryptionCodec(ring === 'derived' ? derived : given);
    expect(writtenOf(codec.encrypt(payloadOf(plain), Buffer.from(iv, 'base64')))).toEqual(encrypted);
    expect(writtenOf(codec.decrypt(payloadOf(encrypted)))).toEqual(plain);
  });

  const value = { text: 'My PIN is 24680.' };
  const plain = defaultPayloadConverter.toPayload(value);

  it('shows nothing of what it holds, and looks different each time', () => {
    const codec = new EncryptionCodec(given);
    const [one, other] = [codec.encrypt(plain), codec.encrypt(plain)];
    expect(Buffer.from(one.data ?? []).includes('PIN')).toBe(false);
    expect(Buffer.compare(one.data ?? new Uint8Array(), other.data ?? new Uint8Array())).not.toBe(0);
    expect(defaultPayloadConverter.fromPayload(codec.decrypt(one))).toEqual(value);
  });

  it('of an earlier key is read while that key is there, and of an earlier release in the clear', () => {
    const before = new EncryptionCodec({ current: '2026-01', keys: given.keys }).encrypt(plain);
    expect(defaultPayloadConverter.fromPayload(new EncryptionCodec(given).decrypt(before))).toEqual(value);
    expect(new EncryptionCodec(given).decrypt(plain)).toBe(plain);
    expect(() => new EncryptionCodec(derived).decrypt(before)).toThrow("the key '2026-01', which is not here");
  });

  it('that was changed, cut off or moved to another key is not read', () => {
    const codec = new EncryptionCodec(given);
    const { metadata = null, data = null } = codec.encrypt(plain);
    const bytes = Buffer.from(data ?? []);
    bytes[20] = (bytes[20] ?? 0) ^ 1;
    expect(() => codec.decrypt({ metadata, data: bytes })).toThrow('cannot be decrypted');
    expect(() => codec.decrypt({ metadata, data: bytes.subarray(0, 10) })).toThrow('cannot be decrypted');
    const moved = { ...metadata, 'encryption-key-id': Buffer.from('2026-01') };
    expect(() => codec.decrypt({ metadata: moved, data })).toThrow('cannot be decrypted');
  });
});

describe('keys', () => {
  const key = Buffer.alloc(32, 1).toString('base64');

  it.each([
    ['', 'holds no keys'],
    ['a:c2hvcnQ=', 'the key 1 is not 32 bytes'],
    [key, 'the key 1 is not 32 bytes'],
    [`a:${key},a:${key}`, "the id 'a' is there twice"],
  ])('are refused as "%s"', (text, why) => {
    expect(() => keyRing(text, 'PAYLOAD_KEYS')).toThrow(why);
  });

  it('come from a program as from a file, and what it prints is not told', async () => {
    const program = `${process.execPath} -p '"a:${key}"'`.replaceAll("'", '');
    expect((await readKeyRing({ command: program, secret: '' })).current).toBe('a');
    await expect(readKeyRing({ command: `${process.execPath} -p no`, secret: '' })).rejects.toThrow(
      'PAYLOAD_KEYS_COMMAND cannot be read: 1.',
    );
    await expect(readKeyRing({ file: '/nowhere/keys', secret: '' })).rejects.toThrow('PAYLOAD_KEYS_FILE cannot be read: ENOENT.');
  });
});
