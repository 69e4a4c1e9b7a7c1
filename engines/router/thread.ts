import type { Example } from '../../domain/understanding/evidence.ts';
import { learn } from '../../domain/understanding/learn.ts';
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
});
