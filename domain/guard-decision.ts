/** Which side of the bot a guard stands on. */
export type GuardSide = 'input' | 'output';

/** What a guard did, and why; it holds nothing of what was hidden. */
export interface GuardDecision {
  readonly side: GuardSide;
  /** `redacted`: a part was hidden; `refused`: the request was not passed on; `withheld`: a sentence was not spoken. */
  readonly action: 'redacted' | 'refused' | 'withheld';
  readonly reason: string;
}
