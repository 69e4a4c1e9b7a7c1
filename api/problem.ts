import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { databaseProblem } from '../db/errors.ts';
import { type ErrorCode, isVoicebotError, VoicebotError } from '../domain/errors.ts';

/** RFC 9457 problem details. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** Stable name for programs. */
  readonly code: ErrorCode | 'internal';
  /** What to do about it. */
  readonly hint?: string;
  /** When another try is worth it. */
  readonly retryAfterSeconds?: number;
  readonly instance?: string;
}

const statuses: Record<ErrorCode, readonly [status: ContentfulStatusCode, title: string]> = {
  'invalid-audio': [400, 'The audio cannot be read'],
  'audio-too-long': [413, 'The audio is too long'],
  'too-large': [413, 'The body is too large'],
  'invalid-text': [400, 'The text cannot be spoken'],
  'invalid-request': [400, 'The request is not valid'],
  'invalid-config': [500, 'The configuration is not valid'],
  unauthenticated: [401, 'Not authenticated'],
  unauthorized: [403, 'Not allowed'],
  'not-found': [404, 'Not found'],
  'method-not-allowed': [405, 'Method not allowed'],
  conflict: [409, 'Conflict'],
  'limit-reached': [429, 'A limit is reached'],
  overloaded: [503, 'The service is full'],
  starting: [503, 'The service is starting'],
  stopping: [503, 'The process is stopping'],
  'line-gone': [410, 'The line is gone'],
  'artifact-unavailable': [503, 'A model is missing'],
  'artifact-corrupt': [503, 'A model is damaged'],
  'disk-full': [507, 'The disk is full'],
  'engine-failed': [502, 'An engine failed'],
  'engine-unavailable': [503, 'An engine is not available'],
  unsupported: [422, 'Not supported'],
  'worker-unavailable': [503, 'No worker is running'],
  'dependency-unavailable': [503, 'A service is not available'],
  'port-taken': [500, 'A port is taken'],
  cancelled: [499 as ContentfulStatusCode, 'Cancelled'],
  timeout: [504, 'It took too long'],
};

export const isErrorCode = (code: string): code is ErrorCode => code in statuses;

export function problemOf(thrown: unknown, instance?: string): Problem {
  const error = databaseProblem(thrown) ?? thrown;
  const where = instance ? { instance } : {};
  if (isVoicebotError(error)) {
    const [status, title] = statuses[error.code];
    return {
      type: `urn:voicebot:problem:${error.code}`,
      title,
      status,
      detail: error.message,
      code: error.code,
      ...(error.hint ? { hint: error.hint } : {}),
      ...(error.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: error.retryAfterSeconds }),
      ...where,
    };
  }
  if (error instanceof HTTPException) {
    return {
      type: 'about:blank',
      title: 'The request is not valid',
      status: error.status,
      detail: error.message,
      code: 'invalid-request',
      ...where,
    };
  }
  return {
    type: 'about:blank',
    title: 'Internal error',
    status: 500,
    detail: 'Something went wrong on this side; the log has the details.',
    code: 'internal',
    ...where,
  };
}

export function problemResponse(c: Context, error: unknown): Response {
  const problem = problemOf(error, c.req.path);
  return c.body(JSON.stringify(problem), problem.status as ContentfulStatusCode, {
    'Content-Type': 'application/problem+json',
    ...(problem.retryAfterSeconds === undefined ? {} : { 'Retry-After': String(problem.retryAfterSeconds) }),
  });
}

export const notFound = (what: string) => new VoicebotError('not-found', what);
