import type { Example } from '../../domain/understanding/evidence.ts';
import type { Learnt } from '../../domain/understanding/learn.ts';
import type { Embedder, LabelledPhrase, TaughtRouter } from '../types.ts';

/** Embeds the phrases and learns from them. */
export async function teach(
  phrases: readonly LabelledPhrase[],
  embedder: Embedder,
  learn: (examples: readonly Example[]) => Promise<Learnt>,
): Promise<TaughtRouter> {
  const embeddings = await embedder.embed(phrases.map(({ text }) => text));
  const examples = phrases.map((phrase, i) => ({ ...phrase, embedding: embeddings[i] as Float32Array }));
  return { examples, learnt: await learn(examples) };
}
