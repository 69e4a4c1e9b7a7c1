/** One line of the `transcript` pipe. */
export interface TranscriptLine {
  readonly text: string;
  readonly final: boolean;
  /** Digits in it that are hidden. */
  readonly digits?: number | undefined;
}
