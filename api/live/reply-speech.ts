import type { SpeechStyle } from '../../domain/call.ts';
import { framesOf, type SpeechFrame } from '../../media/speech-frames.ts';
import type { CallService } from '../calls.ts';
import { OwedReply } from './owed-reply.ts';
import type { Prompts } from './prompts.ts';
import type { TurnAttempt } from './turn-attempt.ts';

export interface ReplySpeechOptions {
  readonly prompts: Pick<Prompts, 'frames'>;
  readonly steps: Pick<CallService['steps'], 'speak'>;
  readonly style: SpeechStyle;
}

/** The reply of a turn as speech, and an apology where it failed before its end. */
export async function* replySpeech(
  attempt: TurnAttempt,
  { prompts, steps, style }: ReplySpeechOptions,
): AsyncGenerator<SpeechFrame> {
  yield* attempt.frames();
  const outcome = await attempt.outcome.catch(() => undefined);
  if (outcome?.status !== 'answered') return yield* prompts.frames('apology');
  // Workers could not reach the pipes, and the turn was answered as if nobody were here.
  const { text } = new OwedReply(outcome, { turn: outcome.turn, text: attempt.saidText });
  if (!outcome.unheard || !text) return;
  const said = await steps.speak(text, style).catch(() => undefined);
  if (!said) return yield* prompts.frames('apology');
  attempt.addSaid(text);
  yield* framesOf(text, said.pcm);
}
