import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type AssistantFiles, isDefinition, maxFileCharacters } from '../domain/assistant/read.ts';
import { type AssistantSource, parseAssistant } from '../domain/assistant/source.ts';
import { VoicebotError } from '../domain/errors.ts';

/** The assistant that comes with the product. */
export const shippedFolder = fileURLToPath(new URL('../assistants/bank-en', import.meta.url));

/**
 * The files that define an assistant.
 * @throws VoicebotError `not-found` where there is no such folder, `invalid-request` for a file that is far too large to be read.
 */
export async function assistantFiles(folder: string): Promise<AssistantFiles> {
  return textsIn(folder, isDefinition);
}

/** Texts of a folder by their paths in it, with `/` between parts. */
export async function textsIn(folder: string, wanted: (file: string) => boolean): Promise<Record<string, string>> {
  const root = resolve(folder);
  const found = await stat(root).catch(() => undefined);
  if (!found?.isDirectory()) throw new VoicebotError('not-found', `There is no folder ${folder}.`);
  const names = (await readdir(root, { recursive: true })).map((name) => name.split(sep).join('/')).filter(wanted);
  const texts: Record<string, string> = {};
  for (const name of names.sort()) {
    const path = join(root, name);
    // Checked before it is read: nobody's memory holds whatever somebody put there.
    const { size } = await stat(path);
    if (size > maxFileCharacters * 4) {
      throw new VoicebotError('invalid-request', `${name}: it has ${size} bytes, and may have ${maxFileCharacters} characters.`, {
        hint: 'A file of an assistant holds texts that people write.',
      });
    }
    texts[name] = await readFile(path, 'utf8');
  }
  return texts;
}

let shipped: Promise<AssistantSource> | undefined;

/** What comes with the product, read once. */
export function shippedAssistant(): Promise<AssistantSource> {
  shipped ??= assistantFiles(shippedFolder).then((files) => parseAssistant(files));
  return shipped;
}

/** The assistant of a folder, in the words of the shipped one where it has none of its own. */
export async function assistantIn(folder: string): Promise<AssistantSource> {
  const { assistant } = await shippedAssistant();
  if (resolve(folder) === shippedFolder) return shippedAssistant();
  return parseAssistant(await assistantFiles(folder), assistant);
}
