import { learn } from '../../domain/understanding/learn.ts';
import { teach } from '../../engines/router/teach.ts';
import type { RouterTrainer } from '../../engines/types.ts';

/** Learns really, but without a thread of its own. */
export const routerTrainerInPlace: RouterTrainer = {
  name: 'router',
  loaded: true,
  load: async () => {},
  unload: async () => {},
  teach: (phrases, embedder) => teach(phrases, embedder, async (examples) => learn(examples)),
};
