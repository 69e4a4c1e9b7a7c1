import { Logistic } from '../understanding/logistic.ts';
import { type ReleaseBounds, releaseMsFor } from './completeness.ts';
import { endOfTurnFeatures, featureNames, type TurnEvidence } from './evidence.ts';
import { type EndOfTurnParameters, endOfTurnParameters } from './parameters.ts';

/** A little more than they took before. */
const patience = 1.1;

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

  /** That the turn is complete; undefined where there is no model. */
  probability(evidence: TurnEvidence): number | undefined {
    return this.#model?.probability(endOfTurnFeatures(evidence, this.#parameters?.wordEnds ?? {}));
  }

  /**
   * How long a silence must last before the turn is the bot's. While neither voice nor words are known, and where there is no model, the
   * rules decide.
   */
  releaseMs(bounds: ReleaseBounds, evidence: TurnEvidence): number {
    const { voice, words, expected, digits = 0 } = evidence;
    const { minMs, maxMs } = bounds;
    // All that was asked for is there; or it breaks off.
    if (expected?.kind === 'digits' && digits > 0) return digits >= expected.count ? minMs : maxMs;
    const probability = words === undefined ? undefined : this.probability(evidence);
    if (probability === undefined || !this.#parameters) return releaseMsFor(bounds, voice, words);
    const { sureFrom, unsureBelow } = this.#parameters;
    const unsure = (sureFrom - probability) / (sureFrom - unsureBelow);
    if (unsure <= 0) return minMs;
    // Who has paused for a while before, and gone on, may do so again.
    const longestMs = Math.max(0, ...evidence.hesitationsMs);
    const likelyMs = minMs + (maxMs - minMs) * Math.min(1, unsure);
    return Math.min(maxMs, Math.max(likelyMs, longestMs * patience * Math.min(1, 2 * unsure)));
  }
}
