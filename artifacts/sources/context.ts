/** What a source needs to fetch one file. */
export interface FetchContext {
  /** Where the complete, still unverified file goes. */
  readonly target: string;
  /** A folder that survives until the file is complete, for resuming. */
  readonly partialDir: string;
  /** Package archives, shared by the files that come out of them. */
  readonly packagesDir: string;
  readonly signal: AbortSignal;
  progress(receivedBytes: number, totalBytes: number | undefined): void;
}
