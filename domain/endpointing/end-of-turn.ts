import { Logistic } from '../understanding/logistic.ts';
import { completenessOf, type ReleaseBounds, releaseMsFor } from './completeness.ts';
import { endOfTurnFeatures, featureNames, type TurnEvidence } from './evidence.ts';
import { type EndOfTurnParameters, endOfTurnParameters } from './parameters.ts';

/** A little more than they took before. */
const patience = 1.1;

/** Up to as many digits as were asked for decide by themselves: all are there, or the number breaks off. More than that were misheard. */
function byDigits({ expected, digits = 0 }: TurnEvidence): number | undefined {
  if (expected?.kind !== 'digits' || digits === 0 || digits > expected.count) return undefined;
  return digits === expected.count ? 1 : 0;
}

/** Tells from all that is known in a pause whether the turn is over. */
export class EndOfTurn {
  readonly #model: Logistic | undefined;
  readonly #parameters: EndOfTurnParameters | undefined;

  /** @param parameters that do not fit these features are not used: the rules decide. */
  constructor(parameters: EndOfTurnParameters | undefined = endOfTurnParameters) {
    const fits = parameters && parameters.features.join() === featureNames.join();
    this.#parameters = fits ? parameters : undefined;
    this.#model = fits ? new Logistic(parameters.logistic) : undefined;
  }

  /**
   * That the turn is complete. What was asked for is counted; else it is undefined where there is no model, or the transcriber did not tell
   * how sure it was.
   */
  probability(evidence: TurnEvidence): number | undefined {
    // Words alone mislead: a transcriber ends what breaks off with any mark.
    return byDigits(evidence) ?? (evidence.ending && this.#model?.probability(endOfTurnFeatures(evidence)));
  }

  /**
   * How long a silence must last before the turn is the bot's. While the words and their ending are not known, and where there is no model,
   * the rules decide.
   */
  releaseMs(bounds: ReleaseBounds, evidence: TurnEvidence): number {
    const { voice, words } = evidence;
    const { minMs, maxMs } = bounds;
    const probability = this.probability(evidence);
    if (probability === undefined) return releaseMsFor(bounds, voice, words);
    const { sureFrom, unsureBelow } = this.#parameters ?? { sureFrom: 1, unsureBelow: 0 };
    const unsure = (sureFrom - probability) / (sureFrom - unsureBelow);
    // After "I would like to" something follows: whoever looks for words may sound as if they were done.
    const breaksOff = words !== undefined && completenessOf(words) === 'unfinished' && byDigits(evidence) === undefined;
    const leastMs = breaksOff ? releaseMsFor(bounds, voice, words) : minMs;
    if (unsure <= 0) return leastMs;
    // Who has paused for a while before, and gone on, may do so again.
    const longestMs = Math.max(0, ...evidence.hesitationsMs);
    const likelyMs = minMs + (maxMs - minMs) * Math.min(1, unsure);
    return Math.min(maxMs, Math.max(likelyMs, leastMs, longestMs * patience * Math.min(1, 2 * unsure)));
  }
}
