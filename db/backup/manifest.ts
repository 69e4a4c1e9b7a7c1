import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { VoicebotError } from '../../domain/errors.ts';

export const manifestName = 'manifest.json';

const file = z.object({
  /** In the backup's folder, with '/' between its parts. */
  path: z
    .string()
    .min(1)
    .refine((path) => !path.split('/').includes('..') && !path.startsWith('/'), 'leads out of the backup'),
  bytes: z.number().int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const manifest = z.object({
  format: z.literal('voicebot-backup-1'),
  /** Of the release that made it. */
  version: z.string(),
  createdAt: z.iso.datetime(),
  /** Where the data came from; without passwords. */
  source: z.string(),
  /** The last migration of the database. */
  migratedTo: z.string(),
  tables: z.array(
    z.object({
      name: z.string().regex(/^(public|demo_bank)\.[a-z_]+$/),
      columns: z.array(z.string().regex(/^("?)[a-z0-9_]+\1$/)).min(1),
      rows: z.number().int().nonnegative(),
      path: z.string(),
    }),
  ),
  files: z.array(file),
});

/** What a backup holds, with the digest of each of its files. */
export type Manifest = z.infer<typeof manifest>;
export type ManifestFile = z.infer<typeof file>;

/** @throws VoicebotError `invalid-request` for a folder that holds no whole backup. */
export async function readManifest(folder: string): Promise<Manifest> {
  const path = join(folder, manifestName);
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw new VoicebotError('invalid-request', `${folder} holds no backup: ${path} cannot be read (${cause.code}).`, {
      hint: 'Name the folder that `voicebot backup` has printed. One that was interrupted ends in .part and is not whole.',
      cause,
    });
  });
  try {
    return manifest.parse(JSON.parse(text));
  } catch (cause) {
    throw new VoicebotError('invalid-request', `${path} is not the manifest of a backup that this release reads.`, { cause });
  }
}

/** Reads every file and compares. @throws VoicebotError `invalid-request` with those that are missing or changed. */
export async function checkFiles(folder: string, { files }: Manifest): Promise<void> {
  const wrong: string[] = [];
  for (const { path, bytes, sha256 } of files) {
    const found = await describeFile(folder, path).catch(() => undefined);
    if (!found) wrong.push(`${path} is missing`);
    else if (found.bytes !== bytes || found.sha256 !== sha256) wrong.push(`${path} was changed`);
  }
  if (wrong.length > 0) {
    const shown = wrong.slice(0, 10).join(', ') + (wrong.length > 10 ? ` and ${wrong.length - 10} more` : '');
    throw new VoicebotError('invalid-request', `The backup is broken: ${shown}.`, { hint: 'Use another copy of it.' });
  }
}

export async function describeFile(folder: string, path: string): Promise<ManifestFile> {
  const hash = createHash('sha256');
  let bytes = 0;
  await pipeline(createReadStream(join(folder, path)), async (chunks) => {
    for await (const chunk of chunks as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      hash.update(chunk);
    }
  });
  return { path, bytes, sha256: hash.digest('hex') };
}
