import type { Command } from 'commander';
import { clientOf } from '../api-command.ts';

export function addShellCommands(program: Command): void {
  program
    .command('shell')
    .option('--folder <folder>', 'where the sound is put', 'voices')
    .option('--url <url>', 'address of the API')
    .action(async (options: { folder: string; url?: string }) => {
      const { shell } = await import('../interactive/shell.ts');
      await shell(clientOf(options), options.folder);
    });
}
