import { createHash } from 'node:crypto';
import { VoicebotError } from '../errors.ts';
import type { Assistant } from './assistant.ts';
import { type AssistantFiles, readAssistant } from './read.ts';
import { problemText } from './yaml-file.ts';

/** An assistant with the files that it was read from. */
export interface AssistantSource {
  readonly assistant: Assistant;
  readonly files: AssistantFiles;
}

const hexDigits = 12;

/** The same for the same files, whatever their order. */
export function assistantVersion(files: AssistantFiles): string {
  const sorted = Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, hexDigits);
}

/** @throws VoicebotError `invalid-request` that names every problem by file and line. */
export function parseAssistant(files: AssistantFiles, base?: Assistant): AssistantSource {
  const { assistant, problems } = readAssistant(files, assistantVersion(files), base);
  if (assistant) return { assistant, files };
  throw new VoicebotError('invalid-request', problems.map(problemText).join('\n'), {
    hint: 'docs/assistants.md describes the files of an assistant.',
  });
}
