import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { type ApiOptions, clientOf, withApi } from '../api-command.ts';
import { interrupted } from '../interrupted.ts';

const seconds = (text: string): number => {
  const value = Number(text);
  if (value >= 0.2 && value <= 3_600) return value;
  throw new InvalidArgumentError('It is a number of seconds from 0.2 to 3600.');
};

export function addWatchCommand(program: Command): void {
  withApi(program.command('watch'))
    .option('--every <seconds>', 'how often it is drawn', seconds, 2)
    .option('--once', 'draw it once and end')
    .action(async (options: ApiOptions & { every: number; once?: boolean }) => {
      const { look, watch, watchedText } = await import('../interactive/watch.ts');
      const client = clientOf(options);
      if (!options.json && !options.once && process.stdout.isTTY) return watch(client, options.every * 1000, interrupted());
      const signal = interrupted();
      do {
        const seen = await look(client);
        process.stdout.write(`${options.json ? JSON.stringify(seen) : watchedText(seen)}\n`);
        if (options.once || !options.json) return;
        await sleep(options.every * 1000, undefined, { signal }).catch(() => undefined);
      } while (!signal.aborted);
    });
}
