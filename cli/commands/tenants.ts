import { type Command, InvalidArgumentError } from 'commander';
import { ApiClient, apiUrl, jsonRequest } from '../api-client.ts';
import { print } from '../output.ts';
import { table } from '../terminal/table.ts';

interface Common {
  readonly url?: string;
  readonly json?: boolean;
}

interface Tenant {
  readonly id: string;
  readonly bankName: string | null;
  readonly numbers: readonly string[];
  readonly maxSessions: number | null;
  readonly retentionSessionsDays: number | null;
  readonly retentionAudioDays: number | null;
}

interface Changes {
  readonly bankName?: string | null;
  readonly numbers?: readonly string[];
  readonly maxSessions?: number | null;
  readonly keepSessionsDays?: number | null;
  readonly keepAudioDays?: number | null;
}

/** `none` takes back what was said before. */
const numberOrNone = (text: string): number | null => {
  if (text === 'none') return null;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError("It must be a whole number, or 'none'.");
};
const textOrNone = (text: string): string | null => (text === 'none' ? null : text);
const numbersIn = (text: string): string[] => (text === 'none' ? [] : text.split(',').map((one) => one.trim()));

const rows = (tenants: readonly Tenant[]) =>
  table(
    ['TENANT', 'NAME', 'NUMBERS', 'CALLS AT A TIME', 'KEEPS SESSIONS', 'KEEPS AUDIO'],
    tenants.map((one) => [
      ...[one.id, one.bankName ?? '-', one.numbers.join(' ') || '-', String(one.maxSessions ?? '-')],
      ...[one.retentionSessionsDays, one.retentionAudioDays].map((days) => (days === null ? '-' : `${days} days`)),
    ]),
  );

export function addTenantCommands(program: Command): void {
  const tenants = program.command('tenants');
  const command = (name: string, description: string) =>
    tenants.command(name).description(description).option('--url <url>', 'address of the API').option('--json', 'print JSON');
  const clientOf = (options: Common) => new ApiClient(apiUrl(options.url));
  const pathOf = (tenant: string) => `/tenants/${encodeURIComponent(tenant)}`;

  command('list', 'List the tenants of whom something is known; - where the configuration counts.').action(
    async (options: Common) => {
      const result = await clientOf(options).json<{ tenants: Tenant[] }>('/tenants');
      print(result, options.json, () => rows(result.tenants));
    },
  );

  command('show', 'Show what holds for a tenant.')
    .argument('<tenant>', 'its name')
    .action(async (tenant: string, options: Common) => {
      const result = await clientOf(options).json<Tenant>(pathOf(tenant));
      print(result, options.json, () => rows([result]));
    });

  command('set', "Change what holds for a tenant; 'none' takes back what was said, and what is not named stays.")
    .argument('<tenant>', 'its name')
    .option('--bank-name <name>', 'what callers are greeted with', textOrNone)
    .option('--numbers <list>', 'telephone numbers that are called, as +41440000000, separated by commas', numbersIn)
    .option('--max-sessions <n>', 'calls at a time', numberOrNone)
    .option('--keep-sessions-days <n>', 'how long what was said is kept', numberOrNone)
    .option('--keep-audio-days <n>', 'how long audio is kept', numberOrNone)
    .action(async (tenant: string, options: Common & Changes) => {
      const { bankName, numbers, maxSessions, keepSessionsDays, keepAudioDays } = options;
      const body = { bankName, numbers, maxSessions, retentionSessionsDays: keepSessionsDays, retentionAudioDays: keepAudioDays };
      const result = await clientOf(options).json<Tenant>(pathOf(tenant), jsonRequest('PUT', body));
      print(result, options.json, () => rows([result]));
    });
}
