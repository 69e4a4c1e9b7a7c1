import { readFile } from 'node:fs/promises';
import { parseEnv } from 'node:util';
import type { Command } from 'commander';
import { loadConfig, modelCacheDir, redactedConfig } from '../../config/load.ts';
import { configSchema } from '../../config/schema.ts';
import { isVoicebotError, VoicebotError } from '../../domain/errors.ts';
import { print } from '../output.ts';
import { table } from '../terminal/table.ts';

export function addConfigCommands(program: Command): void {
  program
    .command('config')
    .option('--json', 'print JSON')
    .action((options: { json?: boolean }) => {
      const config = loadConfig();
      const shown = redactedConfig(config);
      print({ ...shown, MODEL_CACHE_DIR: modelCacheDir(config) }, options.json, () => {
        const rows = Object.entries(configSchema.shape).map(([name, schema]) => [
          name,
          String(shown[name] ?? '(unset)'),
          schema.description ?? '',
        ]);
        return `${table(['VARIABLE', 'VALUE', 'MEANING'], rows)}\n\nModels lie in ${modelCacheDir(config)}`;
      });
    });

  program
    .command('config-validate')
    .option('--file <file>', 'a file of settings as .env is, instead of the environment')
    .option('--json', 'print JSON')
    .action(async (options: { file?: string; json?: boolean }) => {
      const given = options.file ? parseEnv(await textOf(options.file)) : process.env;
      const result = { ...problemsOf(given), unknown: unknownIn(given, options.file !== undefined) };
      print(result, options.json, () =>
        [
          result.valid ? 'The configuration is valid.' : `The configuration has ${result.problems.length} problem(s):`,
          ...result.problems.map((problem) => `  ${problem}`),
          ...result.unknown.map((name) => `There is no setting ${name}; is it misspelt?`),
        ].join('\n'),
      );
      if (!result.valid) process.exitCode = 1;
    });
}

async function textOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause) => {
    throw new VoicebotError('not-found', `${file} cannot be read (${cause.code}).`, { cause });
  });
}

/** Every problem of settings, each with its name. */
export function problemsOf(given: Readonly<Record<string, string | undefined>>): { valid: boolean; problems: string[] } {
  try {
    loadConfig(given);
    return { valid: true, problems: [] };
  } catch (error) {
    if (!isVoicebotError(error)) throw error;
    return {
      valid: false,
      problems: error.message
        .split('\n')
        .slice(1)
        .map((line) => line.trim()),
    };
  }
}

/** A file is all ours; of the environment only what begins as our settings do, and is none, can be a mistake. */
function unknownIn(given: Readonly<Record<string, string | undefined>>, all: boolean): string[] {
  const known = new Set([...Object.keys(configSchema.shape), 'VOICEBOT_URL', 'VOICEBOT_API_KEY']);
  return Object.keys(given).filter((name) => !known.has(name) && (all || /^(VOICEBOT|TEMPORAL|WHISPER|KOKORO|LLM)_/.test(name)));
}
