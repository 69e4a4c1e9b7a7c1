import { createHash } from 'node:crypto';
import { articleHashes, changeKnowledge } from '../db/knowledge.ts';
import type { Database } from '../db/open.ts';
import { type Article, paragraphsOf } from '../domain/knowledge/article.ts';
import type { Embedder } from '../engines/types.ts';

export interface ImportInput {
  readonly tenant: string;
  readonly articles: readonly Article[];
  /** All articles of the tenant that stay; others are removed. Unset: none is. */
  readonly keep?: readonly string[] | undefined;
}

export interface ImportResult {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  readonly unchanged: number;
  /** Of the tenant's knowledge; the same as before where nothing changed. */
  readonly version?: number | undefined;
}

/** Embeds what has changed of a set of articles, and takes it in. Doing it again changes nothing. */
export class KnowledgeImport {
  readonly #db: Database;
  readonly #embedder: Embedder;

  constructor(db: Database, embedder: Embedder) {
    this.#db = db;
    this.#embedder = embedder;
  }

  async run({ tenant, articles, keep }: ImportInput, signal: AbortSignal): Promise<ImportResult> {
    const known = await articleHashes(this.#db, tenant);
    const hashed = articles.map((article) => ({ ...article, sha256: hashOf(article) }));
    const changed = hashed.filter(({ id, sha256 }) => known.get(id) !== sha256);
    const gone = keep ? [...known.keys()].filter((id) => !keep.includes(id)) : [];
    const unchanged = hashed.length - changed.length;
    if (changed.length === 0 && gone.length === 0) return { added: [], changed: [], removed: [], unchanged };
    const changes = [];
    for (const article of changed) changes.push({ article, passages: await this.#passagesOf(article, signal) });

    const { version, removed } = await changeKnowledge(this.#db, tenant, { changed: changes, keep });
    const ids = changed.map(({ id }) => id);
    return {
      added: ids.filter((id) => !known.has(id)),
      changed: ids.filter((id) => known.has(id)),
      removed,
      unchanged,
      version,
    };
  }

  async #passagesOf({ title, questions, body }: Article, signal: AbortSignal) {
    const passages = [
      ...[title, ...questions].map((text) => ({ kind: 'question' as const, text })),
      ...paragraphsOf(body).map((text) => ({ kind: 'paragraph' as const, text })),
    ];
    const embeddings = await this.#embedder.embed(
      passages.map(({ text }) => text),
      { signal, priority: 'batch' },
    );
    return passages.map((passage, i) => ({ ...passage, embedding: embeddings[i] as Float32Array }));
  }
}

function hashOf({ id, title, language, questions, body }: Article): string {
  return createHash('sha256')
    .update(JSON.stringify([id, title, language, questions, body]))
    .digest('hex');
}
