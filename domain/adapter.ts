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

export interface AdapterTrainingInput {
  readonly name: string;
  readonly tenant: string;
  /** As the scope of answers names it. */
  readonly baseModel: string;
  /** Where the trainer finds it: a GGUF file, a folder, or a name on a hub. */
  readonly baseModelPath: string;
  /** Reviewed turns below which nothing is trained. */
  readonly minTurns: number;
  /** Of the low-rank matrices. */
  readonly rank: number;
  readonly alpha: number;
  readonly steps: number;
  readonly batchSize: number;
  readonly learningRate: number;
}

export interface AdapterTrainingResult {
  /** It does better than the model alone on turns that it has not seen. */
  readonly registered: boolean;
  readonly metrics: AdapterMetrics;
  /** Held-out questions, answered by the model alone and with the adapter. */
  readonly samples: readonly { readonly asked: string; readonly before: string; readonly after: string }[];
}
