import { findArticle, searchPassages } from '../db/knowledge.ts';
import type { Database } from '../db/open.ts';
import type { AnswerScope } from '../domain/answer-scope.ts';
import type { ReplySource } from '../domain/call.ts';
import { asksShortly } from '../domain/dialog/article-follow-up.ts';
import { pointsBack } from '../domain/dialog/ellipsis.ts';
import { guardReply } from '../domain/facts-guard.ts';
import type { GuardDecision } from '../domain/guard-decision.ts';
import { answersMore, type ChosenArticle, chooseArticle } from '../domain/knowledge/choose.ts';
import type { Embedder } from '../engines/types.ts';
import type { Words } from './caller-words.ts';

export interface Known {
  readonly reply: string;
  readonly source: ReplySource;
  readonly citations: readonly string[];
}

export interface FoundArticle {
  readonly known: Known;
  readonly guards: readonly GuardDecision[];
  readonly id: string;
  readonly title: string;
  /** It answers; else it may be meant. */
  readonly sure: boolean;
  /** What it goes on with, where it answers only after that. */
  readonly after?: string;
}

/** The bank's articles, asked in the words of callers. */
export class Articles {
  readonly #deps: { readonly db: Database; readonly embedder: Embedder };

  constructor(deps: { readonly db: Database; readonly embedder: Embedder }) {
    this.#deps = deps;
  }

  /**
   * The approved answer of the article that is asked for, or may be.
   * @param last id of the article that was talked about last: "and how long does it take?" asks more about that.
   */
  async find(scope: AnswerScope, words: Words, last: string | undefined, signal: AbortSignal): Promise<FoundArticle | undefined> {
    const own = await this.#search(scope, words, ({ sure }) => sure);
    if (last === undefined || !asksShortly(words.text) || (own?.sure && !pointsBack(words.text))) return own;
    const before = (await findArticle(this.#deps.db, scope.tenant, last))?.title;
    if (before === undefined) return own;
    const beside = { text: words.text, embedding: await this.#beside(before, words, signal) };
    const meant = await this.#search(
      scope,
      beside,
      (chosen) => chosen.sure || (chosen.articleId === last && answersMore(chosen)),
    );
    // What was just told is not offered once more.
    if (!meant || (!meant.sure && meant.id === last)) return own?.id === last && !own.sure ? undefined : own;
    return { ...meant, after: before };
  }

  /** Between the words alone and the words after what was talked about: of 44 such questions, this finds 40 articles, the words alone 25. */
  async #beside(before: string, { text, embedding }: Words, signal: AbortSignal): Promise<Float32Array> {
    const [after = embedding] = await this.#deps.embedder.embed([`${before}: ${text}`], { signal, priority: 'urgent' });
    const both = embedding.map((value, i) => value + (after[i] ?? 0));
    const length = Math.hypot(...both);
    return both.map((value) => value / length);
  }

  async #search(
    { tenant, language }: AnswerScope,
    { text, embedding }: Pick<Words, 'text' | 'embedding'>,
    isSure: (chosen: ChosenArticle) => boolean,
  ): Promise<FoundArticle | undefined> {
    const { db } = this.#deps;
    const { byMeaning, byWords } = await searchPassages(db, { tenant, language }, text, embedding);
    const chosen = chooseArticle(byMeaning, byWords);
    const article = chosen && (await findArticle(db, tenant, chosen.articleId));
    if (!article) return undefined;
    // An article is its own fact; the guard looks at it like at everything that is spoken.
    const { passed, guards } = guardReply(article.answer, [article.body]);
    if (!passed) return undefined;
    const known = { reply: article.answer, source: 'knowledge', citations: [article.id] } as const;
    return { known, guards, id: article.id, title: article.title, sure: isSure(chosen) };
  }
}
