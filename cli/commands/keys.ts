import { type Command, InvalidArgumentError } from 'commander';
import { ApiClient, apiUrl, jsonRequest } from '../api-client.ts';
import { print } from '../output.ts';
import { table } from '../terminal/table.ts';

interface Common {
  readonly url?: string;
  readonly json?: boolean;
}

interface Key {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly permissions: readonly string[];
  readonly tenant: string | null;
  readonly createdBy: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
  readonly lastUsedAt: string | null;
}

interface NewKey {
  readonly role: string;
  readonly permissions?: string;
  readonly tenant?: string;
  readonly expiresInDays?: number;
}

const wholeNumber = (text: string): number => {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('It must be a whole number from 1.');
};

const stateOf = ({ revokedAt, expiresAt }: Key, now = Date.now()): string =>
  revokedAt ? 'revoked' : expiresAt && Date.parse(expiresAt) <= now ? 'expired' : 'valid';

export function addKeyCommands(program: Command): void {
  const keys = program.command('keys');
  const command = (name: string, description: string) =>
    keys.command(name).description(description).option('--url <url>', 'address of the API').option('--json', 'print JSON');
  const clientOf = (options: Common) => new ApiClient(apiUrl(options.url));

  command('create', 'Make a key; it is shown this once.')
    .argument('<name>', 'who or what uses it')
    .requiredOption('--role <role>', 'agent, operator or admin')
    .option('--permissions <names>', 'those of the role that it has, separated by commas; all when unset')
    .option('--tenant <tenant>', 'whose data it may ask for; all when unset')
    .option('--expires-in-days <n>', 'how long it is valid; until it is revoked when unset', wholeNumber)
    .action(async (name: string, options: Common & NewKey) => {
      const { role, permissions, tenant, expiresInDays } = options;
      const body = { name, role, permissions: permissions?.split(',').map((one) => one.trim()), tenant, expiresInDays };
      const made = await clientOf(options).json<Key & { key: string }>('/keys', jsonRequest('POST', body));
      print(made, options.json, () => `${made.key}\n\nKeep it: only its hash is stored. It is ${made.id} in lists.`);
    });

  command('list', 'List the keys.').action(async (options: Common) => {
    const result = await clientOf(options).json<{ keys: Key[] }>('/keys');
    print(result, options.json, () =>
      table(
        ['ID', 'NAME', 'ROLE', 'PERMISSIONS', 'TENANT', 'STATE', 'EXPIRES', 'LAST USED', 'MADE BY'],
        result.keys.map((key) => [
          ...[key.id, key.name, key.role, key.permissions.join(' ') || 'all of it', key.tenant ?? 'all', stateOf(key)],
          ...[key.expiresAt ?? 'never', key.lastUsedAt ?? 'never', key.createdBy],
        ]),
      ),
    );
  });

  command('revoke', 'Revoke keys.')
    .argument('<ids...>', 'as keys list shows them')
    .action(async (ids: string[], options: Common) => {
      const client = clientOf(options);
      const revoked: Key[] = [];
      for (const id of ids) revoked.push(await client.json<Key>(`/keys/${encodeURIComponent(id)}`, { method: 'DELETE' }));
      print({ keys: revoked }, options.json, () => revoked.map(({ id, name }) => `${id} (${name}): revoked`).join('\n'));
    });

  program
    .command('token')
    .argument('<session>', 'the session')
    .option('--expires-in-seconds <n>', 'how long it is valid', wholeNumber, 60)
    .option('--addresses <list>', 'from where it may be used, separated by commas')
    .option('--url <url>', 'address of the API')
    .option('--json', 'print JSON')
    .action(async (session: string, options: Common & { expiresInSeconds: number; addresses?: string }) => {
      const { expiresInSeconds, addresses } = options;
      const body = { session, expiresInSeconds, addresses: addresses?.split(',').map((one) => one.trim()) };
      const made = await clientOf(options).json<{ token: string; expiresAt: string }>('/tokens', jsonRequest('POST', body));
      print(made, options.json, () => made.token);
    });
}
