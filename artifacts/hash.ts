import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { deadline } from '../domain/deadline.ts';
import { ArtifactError } from './errors.ts';
import type { ArtifactFile } from './types.ts';

export async function sha256OfFile(file: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash, signal ? { signal } : {});
  return hash.digest('hex');
}

/** Git's object id of a small file: SHA-1 of `blob <size>\0<content>`; hubs report it for files outside LFS. */
async function gitBlobSha1(file: string): Promise<string> {
  const hash = createHash('sha1');
  hash.update(`blob ${(await stat(file)).size}\0`);
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

interface HubEntry {
  readonly path: string;
  readonly oid: string;
  readonly lfs?: { readonly oid: string };
}

/** How long the hub may take to answer. */
const answerMs = 20_000;

/** True when the file's content is what the manifest (or, for some files, the hub's own metadata) says. */
export async function contentMatches(file: ArtifactFile, onDisk: string, signal?: AbortSignal): Promise<boolean> {
  if (file.hash.kind === 'sha256') return (await sha256OfFile(onDisk, signal)) === file.hash.hex;
  const { repo, path } = file.hash;
  const answer = await fetch(`https://huggingface.co/api/models/${repo}/tree/main`, {
    signal: deadline(answerMs, signal),
  });
  const entry = ((await answer.json()) as HubEntry[]).find((e) => e.path === path);
  if (!entry) {
    throw new ArtifactError('unavailable', `The hub's metadata of ${repo} does not list ${path}.`, 'Try again later.');
  }
  return entry.lfs ? (await sha256OfFile(onDisk, signal)) === entry.lfs.oid : (await gitBlobSha1(onDisk)) === entry.oid;
}
