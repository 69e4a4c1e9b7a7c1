/** What a version of an assistant has done in calls. */
export interface AssistantFigures {
  readonly calls: number;
  readonly turns: number;
  readonly failed: number;
  /** Turns that were answered in approved words alone: asked back, declined, or talked about. */
  readonly approved: number;
  readonly bank: number;
  readonly knowledge: number;
  /** Calls that were handed to a person. */
  readonly transferred: number;
  readonly reviewedGood: number;
  readonly reviewedBad: number;
}
