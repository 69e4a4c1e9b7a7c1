/** What kind of thing went wrong; stable names that clients and dashboards may match on. */
export type ErrorCode =
  | 'invalid-audio'
  | 'audio-too-long'
  | 'too-large'
  | 'invalid-text'
  | 'invalid-request'
  | 'invalid-config'
  /** Nobody knows who asks. */
  | 'unauthenticated'
  | 'unauthorized'
  | 'not-found'
  | 'method-not-allowed'
  | 'conflict'
  | 'limit-reached'
  /** All places are taken: the service must not take more on now. */
  | 'overloaded'
  /** The service is not ready for new callers yet. */
  | 'starting'
  /** The process ends, and takes no new lines. */
  | 'stopping'
  /** The process that held the caller's line, or the turn on it, is gone. */
  | 'line-gone'
  | 'artifact-unavailable'
  | 'artifact-corrupt'
  | 'disk-full'
  | 'engine-failed'
  | 'engine-unavailable'
  | 'unsupported'
  | 'worker-unavailable'
  | 'dependency-unavailable'
  | 'port-taken'
  | 'cancelled'
  | 'timeout';

export interface VoicebotErrorOptions {
  /** True when the same request may succeed later without being changed. */
  readonly retryable?: boolean;
  /** What the reader can do about it. */
  readonly hint?: string;
  /** When another try is worth it. */
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
}

/** Every error this product raises on purpose. Retrying is decided where it is thrown. */
export class VoicebotError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly hint: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, message: string, options: VoicebotErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'VoicebotError';
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.hint = options.hint;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** By its name: what is compiled apart, as the command line is, has a class of its own. */
export function isVoicebotError(error: unknown): error is VoicebotError {
  return error instanceof Error && error.name === 'VoicebotError';
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // The message of a failed query lists its parameters, which hold what callers said and belong into no log; its cause says what was wrong.
  if (error.message.startsWith('Failed query:')) return `A query failed: ${messageOf(error.cause ?? 'no cause is known')}`;
  return error.message;
}

/** Throws the reason of an aborted signal as a typed error. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw cancelled(signal);
}

export function cancelled(signal: AbortSignal): VoicebotError {
  return new VoicebotError('cancelled', 'The work was cancelled.', { cause: signal.reason });
}
