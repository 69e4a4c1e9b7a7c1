import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { Example } from '../../domain/understanding/evidence.ts';
import { type Learnt, learn } from '../../domain/understanding/learn.ts';
import { teach } from '../../engines/router/teach.ts';
import type { RouterTrainer } from '../../engines/types.ts';

const folder = join(tmpdir(), `voicebot-tests-learnt-${process.versions.v8}`);

/** Learns really, but without a thread of its own, and once for all test files: it takes half a minute, and the same examples teach the same. */
export const routerTrainerInPlace: RouterTrainer = {
  name: 'router',
  loaded: true,
  load: async () => {},
  unload: async () => {},
  teach: (phrases, embedder) => teach(phrases, embedder, learnOnce),
};

async function learnOnce(examples: readonly Example[]): Promise<Learnt> {
  const file = join(
    folder,
    createHash('sha256')
      .update(serialize(examples))
      .update(await sourcesHash())
      .digest('hex'),
  );
  const known = await readFile(file).catch(() => undefined);
  if (known) return deserialize(known) as Learnt;
  const learnt = learn(examples);
  await mkdir(folder, { recursive: true });
  await writeFile(`${file}.${process.pid}`, serialize(learnt));
  await rename(`${file}.${process.pid}`, file);
  return learnt;
}

/** What is learnt is another thing once the learner is. */
async function sourcesHash(): Promise<string> {
  const folderOfSources = new URL('../../domain/understanding/', import.meta.url);
  const hash = createHash('sha256');
  for (const name of (await readdir(folderOfSources)).sort()) hash.update(await readFile(new URL(name, folderOfSources)));
  return hash.digest('hex');
}
