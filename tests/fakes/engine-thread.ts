/** A fake engine thread: answers, fails, dies or works until it is cancelled, as the test asks. */
import { VoicebotError } from '../../domain/errors.ts';
import { serve } from '../../engines/runtime/serve.ts';

serve({
  async echo(input: unknown) {
    return { output: input };
  },
  async fail() {
    throw new VoicebotError('invalid-text', 'no words', { hint: 'say something' });
  },
  async die() {
    process.exit(3);
  },
  /** Works so many milliseconds. */
  async spend(ms: number) {
    const end = performance.now() + ms;
    while (performance.now() < end);
    return { output: undefined };
  },
  async spin(_input: unknown, context) {
    for (;;) context.checkCancelled();
  },
});
