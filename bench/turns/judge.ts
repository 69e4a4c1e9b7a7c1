import { releaseMsFor } from '../../domain/endpointing/completeness.ts';
import { EndOfTurn } from '../../domain/endpointing/end-of-turn.ts';
import type { Expectation, TurnEvidence } from '../../domain/endpointing/evidence.ts';
import { spokenDigits } from '../../domain/language/numbers.ts';
import type { SmartTurn } from '../../engines/smart-turn/smart-turn.ts';
import type { Whisper } from '../../engines/whisper/whisper.ts';
import { sampleRateHz, type TurnAudio } from './audio.ts';

/** What is known in a pause, by what was heard until then. */
export interface JudgedPause {
  readonly evidence: TurnEvidence;
  readonly lengthMs: number;
  /** It ends the turn. */
  readonly last: boolean;
}

/** Into a pause, when it is judged: what comes after is not known. */
const judgedAfterSeconds = 0.2;
/** The words are read for the first time after a pause of this length. */
const shortestSeconds = 0.1;

/** Judges every pause of a turn as a line would, in their order. */
export async function judgeTurn(
  { samples, pauses }: TurnAudio,
  expected: Expectation | undefined,
  engines: { readonly whisper: Whisper; readonly turns: SmartTurn },
): Promise<JudgedPause[]> {
  const judged: JudgedPause[] = [];
  const hesitationsMs: number[] = [];
  for (const [i, { start, end }] of pauses.entries()) {
    if (end - start < shortestSeconds) continue;
    const until = Math.min(end, start + judgedAfterSeconds);
    const heard = samples.subarray(0, Math.round(until * sampleRateHz));
    const { text: words, ending } = await engines.whisper.transcribe(heard);
    const voice = await engines.turns.finished(heard.subarray(Math.max(0, heard.length - 8 * sampleRateHz)));
    const lengthMs = (end - start) * 1000;
    const digits = spokenDigits(words).length;
    const evidence = { voice, words, ending, digits, expected, turnMs: start * 1000, hesitationsMs: [...hesitationsMs] };
    judged.push({ evidence, lengthMs, last: i === pauses.length - 1 });
    hesitationsMs.push(lengthMs);
  }
  return judged;
}

/** Silence and threshold as `releaseMsFor` of 0.4.0 has them, on the scale of a probability. */
const rulesScore = ({ voice, words }: TurnEvidence) => 1 - releaseMsFor({ minMs: 0, maxMs: 1 }, voice, words);

/** How sure each way of deciding is that a turn is over. */
export function scorers(model = new EndOfTurn()): Record<string, (evidence: TurnEvidence) => number> {
  return {
    silence: () => 0,
    smartTurn: ({ voice }) => voice ?? 0,
    rules: rulesScore,
    ours: (evidence) => model.probability(evidence) ?? rulesScore(evidence),
  };
}
