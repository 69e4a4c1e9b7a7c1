import type { Command } from 'commander';
import type { DeletedCounts } from '../../domain/data-life.ts';
import { ApiClient, apiUrl } from '../api-client.ts';
import { print, table } from '../output.ts';

interface Common {
  readonly url?: string;
  readonly json?: boolean;
}

interface Deletion {
  readonly id: string;
  readonly at: string;
  readonly reason: string;
  readonly sessionId: string | null;
  readonly requestedBy: string;
  readonly deleted: DeletedCounts;
}

interface Certificate extends Deletion {
  readonly remains: readonly { readonly what: string; readonly why: string }[];
}

const counts = (deleted: DeletedCounts): string =>
  Object.entries(deleted)
    .filter(([, n]) => n > 0)
    .map(([kind, n]) => `${n} ${kind}`)
    .join(', ') || 'nothing';

export function addDataLifeCommands(program: Command): void {
  program
    .command('erase')
    .description('Erase what a caller has said: a session with all that belongs to it. Prints a certificate.')
    .requiredOption('--session <id>', 'the session')
    .option('--url <url>', 'address of the API')
    .option('--json', 'print JSON')
    .action(async (options: Common & { session: string }) => {
      const path = `/sessions/${encodeURIComponent(options.session)}/data`;
      const certificate = await new ApiClient(apiUrl(options.url)).json<Certificate>(path, { method: 'DELETE' });
      print(certificate, options.json, () =>
        [
          `Erasure ${certificate.id} of the session '${certificate.sessionId}', ${certificate.at}, asked for by ${certificate.requestedBy}`,
          `Deleted: ${counts(certificate.deleted)}`,
          'Left:',
          ...certificate.remains.map(({ what, why }) => `  ${what}. ${why}`),
        ].join('\n'),
      );
    });

  program
    .command('deletions')
    .description('List what was deleted, by retention or because somebody asked for it.')
    .option('--limit <n>', 'at most so many', '50')
    .option('--url <url>', 'address of the API')
    .option('--json', 'print JSON')
    .action(async (options: Common & { limit: string }) => {
      const path = `/deletions?limit=${encodeURIComponent(options.limit)}`;
      const result = await new ApiClient(apiUrl(options.url)).json<{ deletions: Deletion[] }>(path);
      print(result, options.json, () =>
        table(
          ['WHEN', 'WHY', 'SESSION', 'BY', 'DELETED'],
          result.deletions.map(({ at, reason, sessionId, requestedBy, deleted }) => [
            ...[at, reason, sessionId ?? '', requestedBy, counts(deleted)],
          ]),
        ),
      );
    });
}
