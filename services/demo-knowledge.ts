import { readdir, readFile } from 'node:fs/promises';
import type { KnowledgeImport } from '../activities/knowledge-import.ts';
import { articleHashes } from '../db/knowledge.ts';
import type { Database } from '../db/open.ts';
import { type Article, parseArticle } from '../domain/knowledge/article.ts';

const folder = new URL('../knowledge/demo/', import.meta.url);

/** The demo bank's own articles, where a tenant has none yet: somebody who tries the bot can ask it something. */
export async function importDemoKnowledge(
  db: Database,
  knowledge: KnowledgeImport,
  tenant: string,
  signal: AbortSignal,
): Promise<void> {
  if ((await articleHashes(db, tenant)).size > 0) return;
  await knowledge.run({ tenant, articles: await demoArticles() }, signal);
}

export async function demoArticles(): Promise<Article[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.md')).sort();
  return Promise.all(names.map(async (name) => parseArticle(await readFile(new URL(name, folder), 'utf8'), name)));
}
