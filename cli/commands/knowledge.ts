import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Command } from 'commander';
import { VoicebotError } from '../../domain/errors.ts';
import { ApiClient, apiUrl, jsonRequest, tenantOf } from '../api-client.ts';
import { print } from '../output.ts';
import { table } from '../terminal/table.ts';

interface Common {
  readonly tenant?: string;
  readonly url?: string;
  readonly json?: boolean;
}

interface Imported {
  readonly added: string[];
  readonly changed: string[];
  readonly removed: string[];
  readonly unchanged: number;
}

export function addKnowledgeCommands(program: Command): void {
  const knowledge = program.command('knowledge');

  knowledge
    .command('import')
    .argument('<paths...>', 'markdown files, or folders of them')
    .description('Take articles in; what has not changed is not touched.')
    .option('--prune', 'remove articles that are not among these')
    .option('--tenant <tenant>', 'whose knowledge; that of the key, or default, when unset')
    .option('--url <url>', 'address of the API')
    .option('--json', 'print JSON')
    .action(async (paths: string[], options: Common & { prune?: boolean }) => {
      const files = (await Promise.all(paths.map(markdownFiles))).flat();
      if (files.length === 0) throw new VoicebotError('not-found', `There is no markdown file in ${paths.join(', ')}.`);
      const articles = await Promise.all(
        files.map(async (file) => ({ file: basename(file), markdown: await readFile(file, 'utf8') })),
      );
      const result = await new ApiClient(apiUrl(options.url)).json<Imported>(
        `/knowledge/articles?${tenantOf(options)}`,
        jsonRequest('POST', { articles, prune: options.prune ?? false }),
      );
      print(result, options.json, () =>
        [
          ...(['added', 'changed', 'removed'] as const).flatMap((kind) =>
            result[kind].length > 0 ? [`${kind}: ${result[kind].join(', ')}`] : [],
          ),
          `unchanged: ${result.unchanged}`,
        ].join('\n'),
      );
    });

  knowledge
    .command('list')
    .description('List articles with their versions.')
    .option('--tenant <tenant>', 'whose knowledge; that of the key, or default, when unset')
    .option('--url <url>', 'address of the API')
    .option('--json', 'print JSON')
    .action(async (options: Common) => {
      const result = await new ApiClient(apiUrl(options.url)).json<{
        articles: { id: string; language: string; title: string; version: number; updatedAt: string }[];
      }>(`/knowledge/articles?${tenantOf(options)}`);
      print(result, options.json, () =>
        table(
          ['ARTICLE', 'LANGUAGE', 'VERSION', 'CHANGED', 'TITLE'],
          result.articles.map((a) => [a.id, a.language, String(a.version), a.updatedAt, a.title]),
        ),
      );
    });
}

async function markdownFiles(path: string): Promise<string[]> {
  const found = await stat(path).catch(() => undefined);
  if (!found) throw new VoicebotError('not-found', `There is no file or folder ${path}.`);
  if (!found.isDirectory()) return [path];
  const names = await readdir(path, { recursive: true });
  return names
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => join(path, name));
}
