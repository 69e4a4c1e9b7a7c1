import { putAnswer } from '../db/cache.ts';
import { articleAnswers } from '../db/knowledge.ts';
import type { Database } from '../db/open.ts';
import { tenantSettings } from '../db/tenants.ts';
import type { AnswerScope } from '../domain/answer-scope.ts';
import { questionKey } from '../domain/cache-policy.ts';
import type { StepTiming } from '../domain/call.ts';
import type { Embedder } from '../engines/types.ts';
import type { ImportInput, ImportResult, KnowledgeImport } from './knowledge-import.ts';
import { runActivity } from './run-activity.ts';
import type { ExplainResult, UnderstandInput, Understanding, UnderstandResult } from './understanding.ts';

/** Of calls that began under 0.3. */
export interface LookupInput {
  readonly transcript: string;
  readonly language: string;
  readonly saidUrl?: string | undefined;
}

export interface LookupResult {
  readonly hit: { readonly reply: string; readonly question: string; readonly similarity: number } | null;
  readonly searchMs: number;
  readonly timing: StepTiming;
}

export interface RememberInput {
  readonly question: string;
  readonly language: string;
  readonly reply: string;
  /** Unset by calls that began under 0.3, whose answers are not kept any more. */
  readonly scope?: AnswerScope | undefined;
  readonly intent?: string | undefined;
  readonly citations?: readonly string[] | undefined;
  /** What it took to make the answer. */
  readonly costMs?: number | undefined;
}

export interface CacheActivities {
  /** What the caller wants, and the answer where it is known at once. */
  understand(input: UnderstandInput): Promise<UnderstandResult>;
  /** What would be done about it, and how the words were read; nothing comes of it. */
  explain(input: UnderstandInput): Promise<ExplainResult & { readonly timing: StepTiming }>;
  /** Always a miss: for calls that began under 0.3, which look nothing else up here. To be removed with 0.5. */
  lookup(input: LookupInput): Promise<LookupResult>;
  remember(input: RememberInput): Promise<void>;
  /** Takes approved articles in. */
  importKnowledge(input: ImportInput): Promise<ImportResult>;
  /** What articles say to callers, some at a time. */
  spokenAnswers(input: SpokenAnswersInput): Promise<SpokenAnswers>;
}

export interface SpokenAnswersInput {
  readonly tenant: string;
  /** The article that the last ones ended with; empty at the beginning. */
  readonly after: string;
}

export interface SpokenAnswers {
  /** Two of each article: what it says, and how it is asked for. */
  readonly answers: readonly { readonly id: string; readonly answer: string }[];
  readonly timing: StepTiming;
}

/** Articles in one answer: some kilobytes of history. */
const answersAtOnce = 20;

export interface CacheDependencies {
  readonly db: Database;
  readonly embedder: Embedder;
  readonly understanding: Understanding;
  readonly knowledge: KnowledgeImport;
  readonly ttlSeconds: number;
}

export function createCacheActivities(deps: CacheDependencies): CacheActivities {
  const { db, embedder, understanding, knowledge, ttlSeconds } = deps;
  return {
    understand: (input) => runActivity((signal) => understanding.understand(input, signal)),
    explain: (input) => runActivity((signal) => understanding.explain(input, signal)),
    lookup: () => runActivity(async () => ({ hit: null, searchMs: 0 })),
    remember: async ({ question, reply, scope, intent = '', citations = [], costMs = 0 }) => {
      if (!scope || scope.after !== undefined) return;
      await runActivity(async (signal) => {
        // What was imported meanwhile may have made the answer wrong.
        const { knowledgeVersion } = await tenantSettings(db, scope.tenant);
        if (knowledgeVersion !== scope.knowledgeVersion) return {};
        const [embedding] = await embedder.embed([question], { signal, priority: 'batch' });
        if (!embedding) return {};
        const answer = { scope, question, questionKey: questionKey(question), reply, intent, citations, costMs };
        await putAnswer(db, { ...answer, embedding, ttlSeconds });
        return {};
      });
    },
    importKnowledge: (input) => runActivity((signal) => knowledge.run(input, signal)),
    spokenAnswers: ({ tenant, after }) =>
      runActivity(async () => {
        const found = await articleAnswers(db, tenant, after, answersAtOnce);
        const say = (await understanding.assistants.current(tenant)).saying('');
        // An article that may be meant is asked for by its title.
        const answers = found.flatMap(({ id, title, answer }) => [
          { id, answer },
          { id, answer: say('offer-article', { title }) },
        ]);
        return { answers };
      }),
  };
}
