import type { ErrorCode } from '../../domain/errors.ts';

/** Messages between an engine and the thread its model lives in. */
export interface ThreadRequest {
  readonly id: number;
  readonly method: string;
  readonly input: unknown;
  /** One Int32: not zero once the request is cancelled. Shared, because a running inference cannot receive messages. */
  readonly cancelFlag: SharedArrayBuffer;
}

export interface ThreadFailure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly retryable: boolean;
}

export type ThreadReply =
  | { readonly id: number; readonly ok: true; readonly output: unknown }
  | { readonly id: number; readonly ok: false; readonly error: ThreadFailure };
