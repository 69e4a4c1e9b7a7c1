import { AdapterFiles } from '../../activities/adapter-files.ts';
import { Assistants } from '../../activities/assistants.ts';
import { createCacheActivities } from '../../activities/cache.ts';
import { KnowledgeImport } from '../../activities/knowledge-import.ts';
import { Understanding } from '../../activities/understanding.ts';
import type { Database } from '../../db/open.ts';
import type { AnswerScope } from '../../domain/answer-scope.ts';
import { type BankClock, bankClock } from '../../domain/language/dates.ts';
import type { Embedder } from '../../engines/types.ts';
import { Sealer } from '../../media/sealed.ts';
import { source } from './assistant.ts';
import { routerTrainerInPlace } from './router-trainer.ts';

/** Seals as a service with this key would. */
export const testSealer = new Sealer('a key that only tests have, of more than 32 letters');

export const noAdapters = new AdapterFiles({ blobs: undefined, folder: '/nowhere', warn: () => {} });

export const testScope: AnswerScope = {
  tenant: 'default',
  language: 'en',
  persona: 'default',
  model: 'test',
  adapter: '',
  knowledgeVersion: 0,
};

/** The activities of the queue `cache`, whose router learns from the product's own phrases. */
export function cacheActivities(
  db: Database,
  embedder: Embedder,
  options: { readonly minSimilarity?: number; readonly clock?: BankClock } = {},
) {
  const { minSimilarity = 0.7, clock = bankClock('UTC') } = options;
  const understanding = new Understanding({
    ...{
      db,
      assistants: new Assistants(db, source),
      embedder,
      routerTrainer: routerTrainerInPlace,
      modelName: testScope.model,
      clock,
      minSimilarity,
    },
  });
  return createCacheActivities({
    ...{ db, embedder, understanding, knowledge: new KnowledgeImport(db, embedder), ttlSeconds: 60 },
  });
}
