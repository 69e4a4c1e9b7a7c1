import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { and, eq } from 'drizzle-orm';
import { Disk } from 'flydrive';
import { FSDriver } from 'flydrive/drivers/fs';
import { VoicebotError } from '../domain/errors.ts';
import type { BlobCipher } from './blob-cipher.ts';
import type { Database } from './open.ts';
import { recordings, tenantOfSession } from './schema.ts';
import { tenantOfScope } from './scope.ts';

/** Bytes by key, in a local folder or in S3, encrypted where there is a cipher. */
export class BlobStore {
  readonly #disk: Disk;
  readonly #prefix: string;
  readonly #cipher: BlobCipher | undefined;

  constructor(disk: Disk, prefix = '', cipher?: BlobCipher) {
    this.#disk = disk;
    this.#cipher = cipher;
    this.#prefix = prefix && `${prefix.replace(/\/$/, '')}/`;
  }

  put(key: string, bytes: Uint8Array, contentType: string): Promise<void> {
    return this.#disk.put(this.#prefix + key, this.#cipher?.seal(key, bytes) ?? bytes, { contentType });
  }

  async get(key: string): Promise<Uint8Array> {
    const stored = await this.#disk.getBytes(this.#prefix + key);
    return this.#cipher?.open(key, stored) ?? stored;
  }

  delete(key: string): Promise<void> {
    return this.#disk.delete(this.#prefix + key);
  }

  /** Deletes what lies under a prefix and was stored before a moment. @returns how many. */
  async deleteBefore(prefix: string, before: Date): Promise<number> {
    let deleted = 0;
    let paginationToken: string | undefined;
    do {
      const page = await this.#disk.listAll(this.#prefix + prefix, {
        recursive: true,
        ...(paginationToken && { paginationToken }),
      });
      for (const file of page.objects) {
        if (!file.isFile) continue;
        const { lastModified } = await this.#disk.getMetaData(file.key);
        if (lastModified >= before) continue;
        await this.#disk.delete(file.key);
        deleted++;
      }
      paginationToken = page.paginationToken;
    } while (paginationToken);
    return deleted;
  }

  /** Every key. */
  async *keys(): AsyncGenerator<string> {
    let paginationToken: string | undefined;
    do {
      const page = await this.#disk.listAll(this.#prefix, { recursive: true, ...(paginationToken && { paginationToken }) });
      for (const file of page.objects) if (file.isFile) yield file.key.slice(this.#prefix.length);
      paginationToken = page.paginationToken;
    } while (paginationToken);
  }

  /** The bytes as they lie there, encrypted where they are. */
  stored(key: string): Promise<Readable> {
    return this.#disk.getStream(this.#prefix + key);
  }

  /** Puts bytes as `stored` gave them. */
  putStored(key: string, bytes: Readable): Promise<void> {
    return this.#disk.putStream(this.#prefix + key, bytes);
  }

  /** As `get`, or nothing where the key is not there. */
  async find(key: string): Promise<Uint8Array | undefined> {
    return (await this.#disk.exists(this.#prefix + key)) ? this.get(key) : undefined;
  }
}

export interface BlobOptions {
  /** `file:` or `s3://bucket/prefix`; a folder in `dataDir` when unset. */
  readonly url?: string | undefined;
  /** An S3-compatible server other than AWS. */
  readonly s3Endpoint?: string | undefined;
  readonly dataDir: string;
  /** What is stored passes through it; in the clear when unset. */
  readonly cipher?: BlobCipher | undefined;
}

export async function openBlobs(options: BlobOptions): Promise<BlobStore> {
  const { url = pathToFileURL(resolve(join(options.dataDir, 'blobs'))).href } = options;
  if (url.startsWith('file:')) {
    const disk = new Disk(new FSDriver({ location: new URL(url), visibility: 'private' }));
    return new BlobStore(disk, '', options.cipher);
  }
  const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(url) ?? [];
  if (!bucket) throw new VoicebotError('invalid-config', `BLOB_URL '${url}' is neither file: nor s3://bucket/prefix.`);
  const { S3Driver } = await import('flydrive/drivers/s3');
  const { S3Client } = await import('@aws-sdk/client-s3');
  const client = new S3Client(options.s3Endpoint ? { endpoint: options.s3Endpoint, forcePathStyle: true } : {});
  // flydrive bundles its own copy of the client's types.
  return new BlobStore(
    new Disk(new S3Driver({ client: client as never, bucket, visibility: 'private', supportsACL: false })),
    prefix,
    options.cipher,
  );
}

export interface NewRecording {
  readonly sessionId: string;
  readonly turn: number;
  readonly kind: 'heard' | 'spoken';
  readonly sampleRateHz: number;
  readonly durationMs: number;
  /** A WAV file. */
  readonly wav: Uint8Array;
}

/** Audio that is stored, by reference. */
export type Recording = Omit<NewRecording, 'wav' | 'sessionId' | 'turn'> & { readonly blobKey: string };

/** Stores the bytes; doing it again changes nothing. */
export async function storeRecording(blobs: BlobStore, recording: NewRecording): Promise<Recording> {
  const { sessionId, turn, kind, sampleRateHz, durationMs, wav } = recording;
  const blobKey = `recordings/${tenantOfScope()}/${sessionId}/${String(turn).padStart(5, '0')}-${kind}.wav`;
  await blobs.put(blobKey, wav, 'audio/wav');
  return { kind, blobKey, sampleRateHz, durationMs: Math.round(durationMs) };
}

/** Keeps the references; doing it again changes nothing. */
export async function keepRecordings(db: Database, sessionId: string, turn: number, stored: readonly Recording[]): Promise<void> {
  if (stored.length === 0) return;
  await db
    .insert(recordings)
    .values(stored.map((recording) => ({ tenant: tenantOfSession(sessionId), sessionId, turn, ...recording })))
    .onConflictDoNothing();
}

/** Forgets the audio of a turn. */
export async function dropRecordings(db: Database, blobs: BlobStore, sessionId: string, turn: number): Promise<void> {
  const ofTurn = and(eq(recordings.sessionId, sessionId), eq(recordings.turn, turn));
  for (const { blobKey } of await db.select().from(recordings).where(ofTurn)) await blobs.delete(blobKey);
  await db.delete(recordings).where(ofTurn);
}

export async function findRecording(
  db: Database,
  sessionId: string,
  turn: number,
  kind: 'heard' | 'spoken',
): Promise<{ readonly blobKey: string } | undefined> {
  const [row] = await db
    .select({ blobKey: recordings.blobKey })
    .from(recordings)
    .where(and(eq(recordings.sessionId, sessionId), eq(recordings.turn, turn), eq(recordings.kind, kind)));
  return row;
}

/** All of a session, by turn. */
export function recordingsOfSession(db: Database, sessionId: string) {
  const { turn, kind, blobKey, durationMs } = recordings;
  return db
    .select({ turn, kind, blobKey, durationMs })
    .from(recordings)
    .where(eq(recordings.sessionId, sessionId))
    .orderBy(turn, kind);
}
