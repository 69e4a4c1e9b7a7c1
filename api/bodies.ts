import type { z } from '@hono/zod-openapi';
import { VoicebotError } from '../domain/errors.ts';
import { readBody } from './audio-input.ts';

/** A JSON body of this size is no longer one request's. */
const maxJsonBytes = 1_000_000;

const tooLarge = (maxBytes: number) =>
  new VoicebotError(
    'too-large',
    `The body is larger than ${maxBytes < 1e6 ? `${Math.floor(maxBytes / 1e3)} KB` : `${Math.floor(maxBytes / 1e6)} MB`}.`,
    { hint: 'Send less at once.' },
  );

/** What is wrong with which part. */
export const issuesOf = (error: z.ZodError): string =>
  error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`).join('; ');

/** @throws VoicebotError `invalid-request` that names what is wrong with which part. */
export function parsed<Schema extends z.ZodType>(schema: Schema, value: unknown): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new VoicebotError('invalid-request', issuesOf(result.error).slice(0, 1_000));
}

/** Reads a body up to a limit. @throws VoicebotError `too-large`. */
export const readWhole = (request: Request, maxBytes: number): Promise<Uint8Array> => readBody(request, maxBytes, tooLarge);

/** @throws VoicebotError `invalid-request`. */
export function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new VoicebotError('invalid-request', 'The body is no JSON.', { cause });
  }
}

export const requestJson = async (request: Request): Promise<unknown> => jsonOf(await readWhole(request, maxJsonBytes));

const maxFormBytes = 65_536;

/** The fields of an `application/x-www-form-urlencoded` body, as telephone systems send them. @throws VoicebotError `too-large`. */
export async function formOf(request: Request): Promise<Record<string, string>> {
  const bytes = await readWhole(request, maxFormBytes);
  return Object.fromEntries(new URLSearchParams(new TextDecoder().decode(bytes)));
}
