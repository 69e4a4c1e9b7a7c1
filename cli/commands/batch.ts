import { createWriteStream } from 'node:fs';
import { extname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import { VoicebotError } from '../../domain/errors.ts';
import { ApiClient, apiUrl, tenantOf } from '../api-client.ts';
import { print } from '../output.ts';
import { table } from '../terminal/table.ts';
import { readInput } from './speech.ts';

interface Common {
  readonly url?: string;
  readonly json?: boolean;
  readonly tenant?: string;
}

interface Batch {
  readonly id: string;
  readonly name: string;
  readonly state: 'preparing' | 'running' | 'paused' | 'done' | 'cancelled';
  readonly engineChoice: string | null;
  readonly counts: Readonly<Record<'pending' | 'created' | 'reused' | 'failed' | 'rejected', number>>;
  readonly running: number | null;
  readonly createdAt: string;
}

interface Item {
  readonly line: number;
  readonly key: string;
  readonly state: string;
  readonly engine: string;
  readonly voice: string;
  readonly text: string;
  readonly errorMessage: string | null;
}

const contentTypes: Readonly<Record<string, string>> = {
  '.csv': 'text/csv',
  '.tsv': 'text/csv',
  '.txt': 'text/csv',
  '.jsonl': 'application/x-ndjson',
  '.ndjson': 'application/x-ndjson',
  '.json': 'application/json',
};
const pollMs = 500;
/** Rows that went wrong are shown up to this many. */
const shownProblems = 20;

export function addBatchCommands(program: Command): void {
  const batches = program.command('batch');
  const command = (name: string, description: string) =>
    batches
      .command(name)
      .description(description)
      .option('--url <url>', 'address of the API')
      .option('--tenant <tenant>', 'whose messages; that of the key, or default, when unset')
      .option('--json', 'print JSON');
  const path = (id: string, options: Common, rest = '') => `/batches/${encodeURIComponent(id)}${rest}?${tenantOf(options)}`;
  const clientOf = (options: Common) => new ApiClient(apiUrl(options.url));

  withBatchOptions(command('create', 'Make the messages of a CSV, JSON Lines or JSON file.'))
    .argument('<file>', 'its columns: key, text; voice, engine, speed; values for placeholders such as {{name}}')
    .option('--id <id>', 'the same id with the same file is the same batch')
    .option('--wait', 'until all is made')
    .action(async (file: string, options: Common & BatchOptions & { wait?: boolean }) => {
      const client = clientOf(options);
      const created = await client.json<Batch>(`/batches?${queryOf(options)}`, {
        method: 'POST',
        headers: { 'Content-Type': typeOf(file) },
        body: await readInput(file),
      });
      const batch = options.wait ? await watched(client, created.id, options) : created;
      await report(client, batch, options);
    });

  withBatchOptions(command('schedule', 'Make a batch again and again, from its file as it is then.'))
    .argument('[file]', 'as for create; the one of --source when unset')
    .requiredOption('--id <id>', 'names the schedule, and begins the ids of its batches')
    .requiredOption('--cron <fields>', 'when: "0 2 * * *" is every night at two')
    .option('--time-zone <zone>', 'IANA time zone', 'UTC')
    .option('--source <key>', 'a file of the blob store under imports/, read each time')
    .action(
      async (
        file: string | undefined,
        options: Common & BatchOptions & { cron: string; timeZone: string; source?: string; id: string },
      ) => {
        const { id, cron, timeZone, source } = options;
        const query = new URLSearchParams(queryOf(options));
        query.delete('id');
        for (const [key, value] of Object.entries({ cron, timeZone, source })) if (value !== undefined) query.set(key, value);
        const sent = file === undefined ? {} : { headers: { 'Content-Type': typeOf(file) }, body: await readInput(file) };
        const address = `/batch-schedules/${encodeURIComponent(id)}?${query}`;
        const schedule = await clientOf(options).json<Schedule>(address, { method: 'PUT', ...sent });
        print(schedule, options.json, () => `${id}: ${cron} (${timeZone}); next at ${schedule.nextAt[0] ?? 'unknown'}`);
      },
    );

  command('schedules', 'List schedules of batches.').action(async (options: Common) => {
    const result = await clientOf(options).json<{ schedules: Schedule[] }>(`/batch-schedules?${tenantOf(options)}`);
    print(result, options.json, () =>
      table(
        ['SCHEDULE', 'NAME', 'WHEN', 'ZONE', 'NEXT', 'LAST BATCH'],
        result.schedules.map(({ id, name, cron, timeZone, nextAt, batches: made }) => [
          ...[id, name, cron, timeZone, nextAt[0] ?? 'unknown', made.at(-1)?.id ?? 'none'],
        ]),
      ),
    );
  });

  command('run-now', 'Make the batch of a schedule now.')
    .argument('<id>', 'the schedule')
    .action(async (id: string, options: Common) => {
      const address = `/batch-schedules/${encodeURIComponent(id)}/run?${tenantOf(options)}`;
      const schedule = await clientOf(options).json<Schedule>(address, { method: 'POST' });
      print(schedule, options.json, () => `${id} is made; see: voicebot batch list`);
    });

  command('unschedule', 'End a schedule; batches that it has begun go on.')
    .argument('<id>', 'the schedule')
    .action(async (id: string, options: Common) => {
      await clientOf(options).done(`/batch-schedules/${encodeURIComponent(id)}?${tenantOf(options)}`, { method: 'DELETE' });
      print({ id, removed: true }, options.json, () => `${id}: removed`);
    });

  command('list', 'List batches, the newest first.').action(async (options: Common) => {
    const result = await clientOf(options).json<{ batches: Batch[] }>(`/batches?${tenantOf(options)}`);
    print(result, options.json, () =>
      table(
        ['BATCH', 'NAME', 'STATE', 'DONE', 'FAILED', 'REJECTED', 'CREATED AT'],
        result.batches.map(({ id, name, state, counts, createdAt }) => [
          ...[id, name, state, `${counts.created + counts.reused}/${totalOf(counts)}`],
          ...[String(counts.failed), String(counts.rejected), createdAt],
        ]),
      ),
    );
  });

  command('status', 'Say where a batch stands.')
    .argument('<id>', 'the batch')
    .action(async (id: string, options: Common) => {
      const client = clientOf(options);
      await report(client, await client.json<Batch>(path(id, options)), options);
    });

  command('watch', 'Follow a batch to its end.')
    .argument('<id>', 'the batch')
    .action(async (id: string, options: Common) => {
      const client = clientOf(options);
      await report(client, await watched(client, id, options), options);
    });

  command('items', 'List the items of a batch.')
    .argument('<id>', 'the batch')
    .option('--state <state>', 'pending, created, reused, failed or rejected')
    .option('--after <line>', 'rows after this one', '0')
    .action(async (id: string, options: Common & { state?: string; after: string }) => {
      const { state, after } = options;
      const query = `&after=${encodeURIComponent(after)}${state ? `&state=${encodeURIComponent(state)}` : ''}`;
      const result = await clientOf(options).json<{ items: Item[]; next: number | null }>(path(id, options, '/items') + query);
      print(result, options.json, () => {
        const rows = result.items.map((item) => [
          ...[String(item.line), item.key, item.state, item.engine, item.voice],
          item.errorMessage ?? item.text.slice(0, 80),
        ]);
        const more = result.next === null ? '' : `\nMore: --after ${result.next}`;
        return table(['LINE', 'KEY', 'STATE', 'ENGINE', 'VOICE', 'TEXT OR PROBLEM'], rows) + more;
      });
    });

  const wishes = {
    pause: 'Begin no further item.',
    resume: 'Go on with a paused batch.',
    cancel: 'Make nothing more; what was made stays.',
    retry: 'Make what has failed, or was left when it was cancelled.',
  } as const;
  for (const [wish, description] of Object.entries(wishes)) {
    command(wish, description)
      .argument('<id>', 'the batch')
      .action(async (id: string, options: Common) => {
        const client = clientOf(options);
        await report(client, await client.json<Batch>(path(id, options, `/${wish}`), { method: 'POST' }), options);
      });
  }

  command('download', 'Fetch what was made as a zip file, with a manifest.')
    .argument('<id>', 'the batch')
    .option('--output <file>', 'zip file to write; ID.zip when unset')
    .option('--rendition <form>', 'wav, opus or ulaw', 'wav')
    .action(async (id: string, options: Common & { output?: string; rendition: string }) => {
      const output = options.output ?? `${id}.zip`;
      const address = `${path(id, options, '/download')}&rendition=${encodeURIComponent(options.rendition)}`;
      const zip = await clientOf(options).stream(address);
      const file = createWriteStream(output);
      await pipeline(zip, file);
      print({ output, bytes: file.bytesWritten }, options.json, () => `${output}: ${(file.bytesWritten / 1e6).toFixed(1)} MB`);
    });
}

/** Options that hold for rows that say nothing else. */
function withBatchOptions(command: Command): Command {
  return command
    .option('--name <name>', 'for people')
    .option('--engine <engine>', 'auto, kokoro, nari_dia, zonos or tortoise, of rows that name none')
    .option('--voice <voice>', 'of rows that name none')
    .option('--speed <factor>', 'of rows that name none')
    .option('--text <template>', 'text of rows without one')
    .option('--slots <names>', 'placeholders that are filled when a message is played, separated by commas')
    .option('--language <code>', 'ISO 639-1')
    .option('--tags <tags>', 'separated by commas')
    .option('--loudness <lufs>', 'loudness of the messages; -19 when unset')
    .option('--deadline-minutes <n>', 'when all should be there, for the choice of auto')
    .option('--approved-by <name>', 'approve, in this name, what the checks find nothing odd about')
    .option('--no-check', 'do not listen to what was spoken');
}

/** @throws VoicebotError `invalid-request` for a file of another kind. */
function typeOf(file: string): string {
  const type = contentTypes[extname(file).toLowerCase()];
  if (type) return type;
  throw new VoicebotError('invalid-request', `${file} is no batch file.`, {
    hint: 'Its name ends with .csv, .tsv, .jsonl or .json.',
  });
}

interface Schedule {
  readonly id: string;
  readonly name: string;
  readonly cron: string;
  readonly timeZone: string;
  readonly nextAt: readonly string[];
  readonly batches: readonly { readonly at: string; readonly id: string }[];
}

interface BatchOptions {
  readonly id?: string;
  readonly name?: string;
  readonly engine?: string;
  readonly voice?: string;
  readonly speed?: string;
  readonly text?: string;
  readonly language?: string;
  readonly tags?: string;
  readonly slots?: string;
  readonly loudness?: string;
  readonly deadlineMinutes?: string;
  readonly approvedBy?: string;
  readonly check: boolean;
}

function queryOf(options: Common & BatchOptions): string {
  const { id, name, engine, voice, speed, text, language, tags, slots, loudness, deadlineMinutes, approvedBy, check, tenant } =
    options;
  const given = { id, name, engine, voice, speed, text, language, tags, slots, loudness, deadlineMinutes, approvedBy, tenant };
  const query = new URLSearchParams({ check: String(check) });
  for (const [key, value] of Object.entries(given)) if (value !== undefined) query.set(key, value);
  return query.toString();
}

const totalOf = (counts: Batch['counts']): number => Object.values(counts).reduce((sum, n) => sum + n, 0);

/** Follows a batch until it has ended, with a bar where somebody looks. */
async function watched(client: ApiClient, id: string, options: Common): Promise<Batch> {
  const bar =
    !options.json && process.stderr.isTTY
      ? new SingleBar({
          stream: process.stderr,
          format: '{name} [{bar}] {value}/{total}  {failed} failed  {state}  {eta_formatted}',
          barsize: 30,
          hideCursor: true,
        })
      : undefined;
  let started = false;
  try {
    for (;;) {
      const batch = await client.json<Batch>(`/batches/${encodeURIComponent(id)}?${tenantOf(options)}`);
      const { name, state, counts } = batch;
      const shown = { name, state, failed: counts.failed };
      if (!started) bar?.start(totalOf(counts), totalOf(counts) - counts.pending, shown);
      started = true;
      bar?.update(totalOf(counts) - counts.pending, shown);
      if (state === 'done' || state === 'cancelled') return batch;
      await sleep(pollMs);
    }
  } finally {
    bar?.stop();
  }
}

/** For programs one line; for people also which rows went wrong. Ends with an error where something has. */
async function report(client: ApiClient, batch: Batch, options: Common): Promise<void> {
  const { id, name, state, counts, engineChoice } = batch;
  if (counts.failed > 0) process.exitCode = 1;
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ id, name, state, ...counts, running: batch.running, engineChoice })}\n`);
    return;
  }
  const { created, reused, failed, rejected, pending } = counts;
  const lines = [
    `${id}: ${state}; ${created} created, ${reused} reused, ${failed} failed, ${rejected} rejected, ${pending} to do`,
  ];
  if (engineChoice) lines.push(`Engine: ${engineChoice}`);
  for (const problem of ['rejected', 'failed'] as const) {
    if (counts[problem] === 0) continue;
    const address = `/batches/${encodeURIComponent(id)}/items?${tenantOf(options)}&state=${problem}&limit=${shownProblems}`;
    const { items } = await client.json<{ items: Item[] }>(address);
    lines.push(
      ...items.map(({ line, key, errorMessage }) => `  line ${line}${key ? ` (${key})` : ''}: ${errorMessage ?? problem}`),
    );
    if (counts[problem] > items.length)
      lines.push(`  and ${counts[problem] - items.length} more: voicebot batch items ${id} --state ${problem}`);
  }
  process.stdout.write(`${lines.join('\n')}\n`);
}
