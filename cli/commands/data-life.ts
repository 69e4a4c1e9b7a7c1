import { writeFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import type { DeletedCounts } from '../../domain/data-life.ts';
import { VoicebotError } from '../../domain/errors.ts';
import { ApiClient, apiUrl, jsonRequest } from '../api-client.ts';
import { print } from '../output.ts';
import { table } from '../terminal/table.ts';

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

interface Whose {
  readonly session?: string;
  readonly customer?: string;
  readonly tenant?: string;
}

const queryOf = ({ tenant }: Whose): string => (tenant === undefined ? '' : `?tenant=${encodeURIComponent(tenant)}`);

async function customerOf({ customer = '' }: Whose): Promise<string> {
  return customer === '-' ? (await text(process.stdin)).trim() : customer;
}

async function erase(client: ApiClient, options: Whose): Promise<Certificate> {
  const { session, customer } = options;
  if ((session === undefined) === (customer === undefined)) {
    throw new VoicebotError('invalid-request', 'Say either --session or --customer.');
  }
  if (session !== undefined) return client.json(`/sessions/${encodeURIComponent(session)}/data`, { method: 'DELETE' });
  return client.json(`/erasures${queryOf(options)}`, jsonRequest('POST', { customer: await customerOf(options) }));
}

export function addDataLifeCommands(program: Command): void {
  program
    .command('erase')
    .option('--session <id>', 'the session')
    .option(
      '--customer <number>',
      'what the bank knows the customer by; - reads it from standard input, which no history of a shell keeps',
    )
    .option('--tenant <tenant>', 'whose customer; that of the key when unset')
    .option('--url <url>', 'address of the API')
    .option('--json', 'print JSON')
    .action(async (options: Common & Whose) => {
      const client = new ApiClient(apiUrl(options.url));
      const certificate = await erase(client, options);
      const what = certificate.sessionId === null ? 'the calls of a customer' : `the session '${certificate.sessionId}'`;
      print(certificate, options.json, () =>
        [
          `Erasure ${certificate.id} of ${what}, ${certificate.at}, asked for by ${certificate.requestedBy}`,
          `Deleted: ${counts(certificate.deleted)}`,
          'Left:',
          ...certificate.remains.map(({ what, why }) => `  ${what}. ${why}`),
        ].join('\n'),
      );
    });

  program
    .command('export-customer')
    .argument('<file>', 'the file to write')
    .requiredOption('--customer <number>', 'what the bank knows the customer by; - reads it from standard input')
    .option('--tenant <tenant>', 'whose customer; that of the key when unset')
    .option('--url <url>', 'address of the API')
    .option('--json', 'print JSON')
    .action(async (file: string, options: Common & Whose) => {
      const client = new ApiClient(apiUrl(options.url));
      const zip = await client.bytes(`/exports${queryOf(options)}`, jsonRequest('POST', { customer: await customerOf(options) }));
      await writeFile(file, zip, { mode: 0o600 });
      print({ file, bytes: zip.length }, options.json, () => `${file}: ${zip.length} bytes`);
    });

  program
    .command('deletions')
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
