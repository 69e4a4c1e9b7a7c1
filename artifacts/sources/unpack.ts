import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { list } from 'tar';
import { openPromise } from 'yauzl';

/** Appends (or writes) one member of a zip archive to `target`. */
export async function extractFromZip(archive: string, member: string, target: string, append: boolean): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const zip = await openPromise(archive);
  try {
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName !== member) continue;
      await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(target, { flags: append ? 'a' : 'w' }));
      return;
    }
  } finally {
    zip.close();
  }
  throw new Error(`${archive} has no member ${member}`);
}

/** Writes one member of an npm package's archive to `target`. */
export async function extractFromNpmArchive(archive: string, member: string, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const written: Promise<void>[] = [];
  await list({
    file: archive,
    filter: (path) => path === `package/${member}`,
    onReadEntry: (entry) => {
      written.push(pipeline(entry, createWriteStream(target)));
    },
  });
  if (written.length === 0) throw new Error(`${archive} has no member ${member}`);
  await Promise.all(written);
}
