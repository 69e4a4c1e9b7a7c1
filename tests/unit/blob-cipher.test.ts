import { readFileSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BlobCipher } from '../../db/blob-cipher.ts';
import { openBlobs } from '../../db/blobs.ts';
import { keyRing, readKeyRing } from '../../temporal/payloads/keys.ts';

interface Vectors {
  readonly secret: string;
  readonly keys: string;
  readonly cases: readonly {
    readonly ring: 'derived' | 'given';
    readonly name: string;
    readonly plain: string;
    readonly sealed: string;
  }[];
}

/** The Python workers are tested with the same. */
const vectors: Vectors = JSON.parse(readFileSync(new URL('../vectors/blobs.json', import.meta.url), 'utf8'));
const given = keyRing(vectors.keys, 'the test');
const rings = { given, derived: await readKeyRing({ secret: vectors.secret }) };

/** Bytes that are no secret: 1, 2, 3 … from one request to the next. */
const counting = () => {
  let next = 0;
  return (bytes: number) => Buffer.alloc(bytes, ++next);
};
const sound = Buffer.from('My PIN is 24680, and this is its sound.');
const name = 'recordings/north/s/00001-heard.wav';

describe('a blob', () => {
  it.each(vectors.cases)('is sealed and opened as by the Python workers: $name', ({ ring, name: named, plain, sealed }) => {
    const cipher = new BlobCipher(rings[ring]);
    expect(Buffer.from(cipher.seal(named, Buffer.from(plain, 'base64'), counting())).toString('base64')).toBe(sealed);
    expect(Buffer.from(cipher.open(named, Buffer.from(sealed, 'base64'))).toString('base64')).toBe(plain);
  });

  it('lies in the store without a word of it, and comes back as it was', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'voicebot-cipher-'));
    const blobs = await openBlobs({ dataDir, cipher: new BlobCipher(given) });
    await blobs.put(name, sound, 'audio/wav');
    const stored = await readFile(join(dataDir, 'blobs', name));
    expect(stored.includes('PIN')).toBe(false);
    expect(Buffer.from((await blobs.find(name)) ?? []).equals(sound)).toBe(true);
    expect(await blobs.find('recordings/north/s/none.wav')).toBeUndefined();
  });

  it('from before there was a cipher is read as it is', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'voicebot-cipher-'));
    await (await openBlobs({ dataDir })).put(name, sound, 'audio/wav');
    expect(Buffer.from(await (await openBlobs({ dataDir, cipher: new BlobCipher(given) })).get(name)).equals(sound)).toBe(true);
  });

  it('of another tenant, or under another name, is not opened', () => {
    const cipher = new BlobCipher(given);
    const sealed = cipher.seal(name, sound);
    for (const other of ['recordings/south/s/00001-heard.wav', 'recordings/north/s/00002-heard.wav'])
      expect(() => cipher.open(other, sealed)).toThrow('cannot be decrypted');
  });

  it('that was changed or cut off anywhere is not opened', () => {
    const cipher = new BlobCipher(given);
    const sealed = Buffer.from(cipher.seal(name, sound));
    for (let at = 4; at < sealed.length; at++) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => cipher.open(name, changed), `byte ${at}`).toThrow();
      expect(() => cipher.open(name, sealed.subarray(0, at)), `cut at ${at}`).toThrow();
    }
  });

  it('of an earlier key is read while that key is there', () => {
    const sealed = new BlobCipher({ current: '2026-01', keys: given.keys }).seal(name, sound);
    expect(Buffer.from(new BlobCipher(given).open(name, sealed)).equals(sound)).toBe(true);
    expect(() => new BlobCipher(rings.derived).open(name, sealed)).toThrow("the key '2026-01', which is not here");
  });

  it("is left in the clear where it is nobody's own", () => {
    for (const shared of ['adapters/a.gguf', 'speech/0.pcm']) expect(new BlobCipher(given).seal(shared, sound)).toBe(sound);
  });
});
