import type { LogisticParameters } from '../understanding/logistic.ts';
import fitted from './parameters.json' with { type: 'json' };

export interface EndOfTurnParameters {
  /** Names of the features that the weights belong to. */
  readonly features: readonly string[];
  readonly logistic: LogisticParameters;
  /** From this probability on, the shortest silence is enough … */
  readonly sureFrom: number;
  /** … and below this one the longest is waited for; between them it is in proportion. */
  readonly unsureBelow: number;
  /** What it was fitted on, and how. */
  readonly madeFrom: string;
}

/** What `npm run fit:endpointing` has written. */
export const endOfTurnParameters: EndOfTurnParameters = fitted;
