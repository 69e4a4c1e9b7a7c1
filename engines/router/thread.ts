import type { Example } from '../../domain/understanding/evidence.ts';
import { learn } from '../../domain/understanding/learn.ts';
import { RestrictionTagger } from '../../domain/understanding/restriction-tagger.ts';
import type { TaughtSentence } from '../../domain/understanding/taught-sentences.ts';
import { serve } from '../runtime/serve.ts';

serve({
  async load() {
    return { output: undefined };
  },
  async learn(examples: readonly Example[]) {
    const output = learn(examples);
    const weights = [output.both, output.words].flatMap(({ dense, sparse, bias }) => [...dense, ...sparse, bias]);
    return { output, transfer: weights.map(({ buffer }) => buffer as ArrayBuffer) };
  },
  async learnTagger({ sentences, states }: { sentences: readonly TaughtSentence[]; states: readonly Float32Array[] }) {
    return { output: RestrictionTagger.learn(sentences, states).parameters };
  },
});
