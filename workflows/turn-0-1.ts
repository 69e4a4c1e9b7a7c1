import { CancellationScope, isCancellation, log } from '@temporalio/workflow';
import type { Exchange, ReplySource, StepTiming, TurnError, TurnOutcome, TurnTimings } from '../domain/call.ts';
import { intentOf } from '../domain/intent.ts';
import { wording } from '../domain/wording.ts';
import type { TakeTurnInput } from './definitions.ts';
import { type Answer, StepFailed, step } from './step-failure.ts';
import type { Steps } from './steps.ts';

/**
 * A turn as release 0.1 took it, for calls that began under it: their histories must replay. To be removed with 0.3.
 * Transcribe, look the answer up, and either speak it or let think and speak work side by side, joined by the `said`
 * pipe. A step that fails for good gives an apology and a turn marked as failed; the call goes on.
 */
export async function runTurn01(
  steps: Steps,
  input: TakeTurnInput,
  history: readonly Exchange[],
  label: string,
): Promise<TurnOutcome> {
  const startedAt = Date.now();
  let transcript = '';
  let language = '';
  let audioMs = 0;
  let timings: Partial<TurnTimings> = {};
  const outcome = (status: TurnOutcome['status'], answer: Answer, error?: TurnError): TurnOutcome => ({
    turn: input.turn,
    status,
    transcript,
    language,
    reply: answer.reply,
    source: answer.source,
    intent: intentOf(transcript),
    audioMs,
    spokenMs: answer.spokenMs,
    timings: { ...timings, ...answer.timings, totalMs: Date.now() - startedAt },
    ...(error ? { error } : {}),
  });
  try {
    const heard = await step('transcribe', () =>
      steps.stt.transcribe.executeWithOptions({ summary: `${label}: listen` }, [{ heardUrl: input.media.heardUrl }]),
    );
    ({ text: transcript, language, audioMs } = heard);
    timings = { transcribe: heard.timing };
    const answer =
      transcript === ''
        ? await say(steps, input, wording.notHeard, 'silence')
        : await respond(steps, input, history, transcript, language, label);
    return outcome('answered', answer);
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    log.warn('turn failed', { turn: input.turn, ...error.detail });
    const apology = await apologise(steps, input);
    return outcome('failed', apology, error.detail);
  }
}

async function respond(
  steps: Steps,
  input: TakeTurnInput,
  history: readonly Exchange[],
  transcript: string,
  language: string,
  label: string,
): Promise<Answer> {
  const found = await steps.cache.lookup
    .executeWithOptions({ summary: `${label}: look up` }, [{ transcript, language }])
    .catch((error) => {
      if (isCancellation(error)) throw error;
      log.warn('cache passed over', { error: String(error) });
      return undefined;
    });
  const lookup: Partial<TurnTimings> = found ? { lookup: found.timing } : {};
  if (found?.hit) {
    const answer = await say(steps, input, found.hit.reply, 'cache');
    return { ...answer, timings: { ...lookup, ...answer.timings } };
  }
  const answer = await thinkAndSpeak(steps, input, history, transcript, label);
  return { ...answer, timings: { ...lookup, ...answer.timings } };
}

async function thinkAndSpeak(
  steps: Steps,
  input: TakeTurnInput,
  history: readonly Exchange[],
  transcript: string,
  label: string,
): Promise<Answer> {
  const { media, style } = input;
  // One scope: when one of the two fails, the other has no partner at its pipe and is cancelled.
  return CancellationScope.cancellable(async () => {
    const scope = CancellationScope.current();
    const together = <T>(name: string, run: () => Promise<T>) =>
      step(name, run).catch((error) => {
        scope.cancel();
        throw error;
      });
    const results = await Promise.allSettled([
      together('think', () =>
        steps.llm.think.executeWithOptions({ summary: `${label}: think` }, [{ transcript, history, saidUrl: media.saidUrl }]),
      ),
      together('speak', () =>
        steps.tts.speak.executeWithOptions({ summary: `${label}: speak` }, [
          { saidUrl: media.saidUrl, spokenUrl: media.spokenUrl, style },
        ]),
      ),
    ] as const);
    const [thought, spoken] = results;
    if (thought.status === 'fulfilled' && spoken.status === 'fulfilled') {
      return {
        reply: thought.value.reply,
        source: thought.value.source,
        spokenMs: spoken.value.spokenMs,
        timings: { think: thought.value.timing, speak: spoken.value.timing, firstAudioMs: spoken.value.firstAudioMs },
      };
    }
    const reasons = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    throw reasons.find((reason) => reason instanceof StepFailed) ?? reasons[0];
  });
}

/** Speaks a text that is known already. */
async function say(steps: Steps, input: TakeTurnInput, text: string, source: ReplySource): Promise<Answer> {
  const spoken = await step('speak', () => steps.tts.speak({ text, spokenUrl: input.media.spokenUrl, style: input.style }));
  return { reply: text, source, spokenMs: spoken.spokenMs, timings: { speak: spoken.timing, firstAudioMs: spoken.firstAudioMs } };
}

/** The caller hears that something went wrong, unless speaking is what went wrong. */
async function apologise(steps: Steps, input: TakeTurnInput): Promise<Answer> {
  const none = (timing?: StepTiming): Answer => ({
    reply: '',
    source: 'apology',
    spokenMs: 0,
    timings: timing ? { speak: timing } : {},
  });
  try {
    return await say(steps, input, wording.apology, 'apology');
  } catch (error) {
    if (isCancellation(error)) throw error;
    return none();
  }
}
