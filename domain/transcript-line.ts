import type { TranscriptEnding } from './endpointing/transcript-ending.ts';

/** One line of the `transcript` pipe. */
export interface TranscriptLine {
  readonly text: string;
  readonly final: boolean;
  /** Digits in it that are hidden. */
  readonly digits?: number | undefined;
  /** How sure the end of a final text is. */
  readonly ending?: TranscriptEnding | undefined;
}
