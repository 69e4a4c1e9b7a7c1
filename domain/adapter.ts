/** What was measured of an adapter when it was trained. */
export interface AdapterMetrics {
  /** Mean negative log-likelihood a token, on turns that were not trained on. */
  readonly heldOutLoss?: number;
  /** The same of the model without it. */
  readonly baseLoss?: number;
  readonly trainedTurns?: number;
  readonly heldOutTurns?: number;
  readonly steps?: number;
}

/** `registered`: known, nothing loaded; `retired`: not to be used any more. */
export type AdapterState = 'registered' | 'retired';
