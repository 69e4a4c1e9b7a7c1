import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { problemOf } from '../problem.ts';
import { json } from '../schemas.ts';

const errorSchema = z
  .object({ error: z.object({ message: z.string(), type: z.string(), param: z.string().nullable(), code: z.string() }) })
  .openapi('OpenAiError');

export const openAiErrors = (...statuses: number[]) =>
  Object.fromEntries(statuses.map((status) => [status, json(errorSchema, "An error in OpenAI's form.")]));

/** An error as OpenAI's client libraries read it. */
export function openAiProblem(c: Context, error: unknown): Response {
  const { status, detail, hint, code, retryAfterSeconds } = problemOf(error);
  const type = status === 429 ? 'rate_limit_error' : status < 500 ? 'invalid_request_error' : 'server_error';
  const headers = retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) };
  const message = hint ? `${detail} ${hint}` : detail;
  return c.json({ error: { message, type, param: null, code } }, status as ContentfulStatusCode, headers);
}
