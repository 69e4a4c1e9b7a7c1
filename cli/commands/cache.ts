import { writeFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { ApiClient, apiUrl, jsonRequest, tenantOf } from '../api-client.ts';
import { print } from '../output.ts';
import { table } from '../terminal/table.ts';

interface Common {
  readonly tenant?: string;
  readonly url?: string;
  readonly json?: boolean;
}

interface Stats {
  readonly entries: number;
  readonly expired: number;
  readonly hits: number;
  readonly misses: number;
  readonly hitRate: number | null;
  readonly savedMs: number;
  readonly openReviews: number;
  readonly threshold: number | null;
}

const percent = (share: number | null) => (share === null ? 'unknown' : `${(share * 100).toFixed(1)} %`);

export function addCacheCommands(program: Command): void {
  const cache = program.command('cache-manager');
  const command = (name: string, description: string) =>
    cache
      .command(name)
      .description(description)
      .option('--tenant <tenant>', 'whose cache; that of the key, or default, when unset')
      .option('--url <url>', 'address of the API')
      .option('--json', 'print JSON');
  const api = (options: Common) => new ApiClient(apiUrl(options.url));

  command('stats', 'Hits, misses, saved time, open reviews.').action(async (options: Common) => {
    const stats = await api(options).json<Stats>(`/cache/stats?${tenantOf(options)}`);
    print(stats, options.json, () =>
      [
        `answers:      ${stats.entries} (${stats.expired} expired)`,
        `look-ups:     ${stats.hits + stats.misses}, ${percent(stats.hitRate)} of them hits`,
        `saved:        ${(stats.savedMs / 1000).toFixed(1)} s`,
        `to be judged: ${stats.openReviews}`,
        `threshold:    ${stats.threshold ?? "the model's own"}`,
      ].join('\n'),
    );
  });

  command('list', 'List answers, those that are served most first.')
    .option('--limit <n>', 'at most so many', '50')
    .action(async (options: Common & { limit: string }) => {
      const result = await api(options).json<{
        entries: { question: string; reply: string; hits: number; expiresAt: string; id: string }[];
      }>(`/cache/entries?${tenantOf(options)}&limit=${options.limit}`);
      print(result, options.json, () =>
        table(
          ['HITS', 'EXPIRES', 'QUESTION', 'ANSWER'],
          result.entries.map((e) => [String(e.hits), e.expiresAt, e.question.slice(0, 60), e.reply.slice(0, 80)]),
        ),
      );
    });

  command('clear', 'Forget answers.')
    .option('--article <id>', 'only those that rest on this article')
    .action(async (options: Common & { article?: string }) => {
      const article = options.article ? `&article=${encodeURIComponent(options.article)}` : '';
      const result = await api(options).json<{ removed: number }>(`/cache/entries?${tenantOf(options)}${article}`, {
        method: 'DELETE',
      });
      print(result, options.json, () => `${result.removed} answers are gone.`);
    });

  command('export', 'Write all answers as JSON lines.')
    .option('--output <file>', 'file to write; standard output when unset')
    .action(async (options: Common & { output?: string }) => {
      const lines = await api(options).bytes(`/cache/export?${tenantOf(options)}`);
      if (options.output) await writeFile(options.output, lines);
      else process.stdout.write(lines);
    });

  command('optimize', 'Remove what is not served any more, and set the threshold by what was judged.').action(
    async (options: Common) => {
      const result = await api(options).json<{ expired: number; wrong: number; threshold: number | null }>(
        `/cache/optimize?${tenantOf(options)}`,
        { method: 'POST' },
      );
      print(
        result,
        options.json,
        () => `removed: ${result.expired} expired, ${result.wrong} wrong; threshold: ${result.threshold ?? "the model's own"}`,
      );
    },
  );

  command('threshold', 'Show or set the least probability at which an answer is served.')
    .argument('[value]', '0 to 1, or auto', (text: string) => {
      const value = text === 'auto' ? null : Number(text);
      if (value !== null && !(value >= 0 && value <= 1)) throw new InvalidArgumentError('It is a number from 0 to 1, or auto.');
      return value;
    })
    .action(async (value: number | null | undefined, options: Common) => {
      const path = `/cache/threshold?${tenantOf(options)}`;
      const { threshold } =
        value === undefined
          ? await api(options).json<Stats>(`/cache/stats?${tenantOf(options)}`)
          : await api(options).json<{ threshold: number | null }>(path, jsonRequest('PUT', { threshold: value }));
      print({ threshold }, options.json, () => `threshold: ${threshold ?? "the model's own"}`);
    });

  command('reviews', 'Answers that were served to another wording and nobody has judged, the most doubtful first.')
    .option('--limit <n>', 'at most so many', '20')
    .action(async (options: Common & { limit: string }) => {
      const result = await api(options).json<{
        reviews: { id: string; asked: string; question: string; reply: string; probability: number }[];
      }>(`/cache/reviews?${tenantOf(options)}&limit=${options.limit}`);
      print(result, options.json, () =>
        result.reviews.length === 0
          ? 'Nothing to judge.'
          : result.reviews
              .map(
                (r) =>
                  `${r.id}  ${percent(r.probability)}\n  asked:     ${r.asked}\n  known as:  ${r.question}\n  answered:  ${r.reply}`,
              )
              .join('\n'),
      );
    });

  command('judge', 'Say whether an answer that was served was right.')
    .argument('<review>', 'id of the review')
    .argument('<verdict>', 'right or wrong')
    .action(async (review: string, verdict: string, options: Common) => {
      const path = `/cache/reviews/${encodeURIComponent(review)}?${tenantOf(options)}`;
      const result = await api(options).json<{ verdict: string }>(path, jsonRequest('POST', { verdict }));
      print(result, options.json, () => `judged ${result.verdict}`);
    });
}
