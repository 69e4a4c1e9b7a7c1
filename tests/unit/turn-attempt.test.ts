import { describe, expect, it } from 'vitest';
import type { CallService } from '../../api/calls.ts';
import { TurnAttempt } from '../../api/live/turn-attempt.ts';
import type { TurnOutcome } from '../../domain/call.ts';
import { Pipe } from '../../media/pipe.ts';

/** A turn (a fake) whose pipes stay empty. */
const attempt = () => {
  const [heard, released, transcript, spoken] = [new Pipe(1_000), new Pipe(1_000), new Pipe(1_000), new Pipe(1_000)];
  const running = {
    pipes: { pipes: { heard, released, transcript, spoken }, close() {}, interrupt() {} },
    accepted: Promise.resolve(1),
    outcome: new Promise<TurnOutcome>(() => {}),
    turnTrace: Promise.resolve(undefined),
  };
  const calls = { turns: { takeLive: () => running } } as unknown as CallService;
  const options = {
    calls,
    sessionId: 'a',
    turn: 1,
    style: {},
    language: undefined,
    duringReply: false,
    after: Promise.resolve(),
  };
  const made = new TurnAttempt(options, () => {});
  Object.assign(made.marks, { speechEnded: 100, paused: 200, transcribed: 500, released: 550, spoken: 1_500, firstAudio: 1_600 });
  return made;
};
const answered = { source: 'knowledge', timings: { searchMs: 100, totalMs: 1_500 } } as TurnOutcome;

describe('where the time of a live turn went', () => {
  it('is told by parts that together are the wait', () => {
    const told = attempt().metrics({ ...answered, timings: { searchMs: 100, firstAudioMs: 700, totalMs: 1_500 } });
    expect(told).toMatchObject({ voiceToVoiceMs: 1_500, endpointingMs: 100, transcribeMs: 300, lookupMs: 100 });
    expect(told).toMatchObject({ speakMs: 700, temporalMs: 200, releaseMs: 100 });
  });

  it('does not blame Temporal for the voice where the reply was interrupted while it was made', () => {
    const told = attempt().metrics(answered);
    expect(told).toMatchObject({ voiceToVoiceMs: 1_500, lookupMs: 100 });
    expect([told?.speakMs, told?.temporalMs]).toEqual([undefined, undefined]);
  });
});
