import type { Command } from 'commander';
import { loadConfig, modelCacheDir, redactedConfig } from '../../config/load.ts';
import { configSchema } from '../../config/schema.ts';
import { print, table } from '../output.ts';

export function addConfigCommand(program: Command): void {
  program
    .command('config')
    .description('Show the configuration in effect, with secrets hidden; fails if it is not valid.')
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
}
