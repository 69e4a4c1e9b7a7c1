import type { Group } from './entry.ts';

const audit = async () => (await import('../commands/audit.ts')).addAuditCommands;
const backup = async () => (await import('../commands/backup.ts')).addBackupCommands;
const dataLife = async () => (await import('../commands/data-life.ts')).addDataLifeCommands;
const diagnostics = async () => (await import('../commands/diagnostics.ts')).addDiagnosticCommands;
const keys = async () => (await import('../commands/keys.ts')).addKeyCommands;
const tenants = async () => (await import('../commands/tenants.ts')).addTenantCommands;

export const security: Group = {
  title: 'Security and data',
  entries: [
    {
      name: 'keys',
      summary: 'Keys of people and programs (VOICEBOT_API_KEY holds the one that is used).',
      examples: [
        'voicebot keys create "Grafana" --role operator --permissions monitor',
        'voicebot keys list',
        'voicebot keys revoke 3f2a',
      ],
      add: keys,
    },
    {
      name: 'token',
      summary: 'Make a token with which one caller connects to one session.',
      examples: ['voicebot token demo --expires-in-seconds 30'],
      add: keys,
    },
    {
      name: 'tenants',
      summary: 'Banks, or parts of one, that share this installation.',
      examples: ['voicebot tenants list', 'voicebot tenants show north', 'voicebot tenants set north --max-sessions 50'],
      add: tenants,
    },
    {
      name: 'security-audit',
      summary: 'Look at what an attacker would look at first: risk, and what to do.',
      examples: ['voicebot security-audit', 'voicebot security-audit --no-packages'],
      add: diagnostics,
    },
    {
      name: 'audit',
      summary: 'Who did what.',
      examples: ['voicebot audit list --actor key:abc', 'voicebot audit verify', 'voicebot audit export audit.jsonl'],
      add: audit,
    },
    {
      name: 'erase',
      summary:
        'Erase what was said in a session, or in all calls of a customer, with all that belongs to it. Prints a certificate.',
      examples: ['voicebot erase --session demo', 'voicebot erase --customer 12345678'],
      add: dataLife,
    },
    {
      name: 'export-customer',
      summary: 'Write all that is kept of a customer to a zip file: what was said, and its recordings.',
      examples: ['voicebot export-customer customer.zip --customer 12345678'],
      add: dataLife,
    },
    {
      name: 'deletions',
      summary: 'List what was deleted, by retention or because somebody asked for it.',
      examples: ['voicebot deletions'],
      add: dataLife,
    },
    {
      name: 'backup',
      summary: 'Copy database, blobs and configuration into a new folder.',
      examples: ['voicebot backup /var/backups/voicebot --keys /root/voicebot.keys'],
      add: backup,
    },
    {
      name: 'backup-system',
      summary: 'Back up settings, data, all of it, or logs.',
      examples: [
        'voicebot backup-system --type config',
        'voicebot backup-system --type full --destination /var/backups/voicebot',
      ],
      add: backup,
    },
    {
      name: 'restore',
      aliases: ['restore-system'],
      summary: 'Fill an empty database and blob store from a backup, migrate it to this release, and check it.',
      examples: ['voicebot restore backups/2026-01-31T08-00-00Z --keys /root/voicebot.keys'],
      add: backup,
    },
    {
      name: 'migrate',
      summary:
        'Bring the database of DATABASE_URL up to date and end, as a job before a deploy; services do it at their start, too.',
      examples: ['voicebot migrate', 'voicebot migrate --to 0012'],
      add: backup,
    },
  ],
};
