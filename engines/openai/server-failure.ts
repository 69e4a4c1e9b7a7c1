import { APIConnectionError, APIError } from 'openai';
import { messageOf, VoicebotError } from '../../domain/errors.ts';

/** What went wrong with a server that speaks OpenAI's API, as the product's own error: `engine-failed` where it refuses, `engine-unavailable` where it does not answer. */
export function serverFailure(
  error: unknown,
  {
    what,
    baseUrl,
    settings,
  }: { readonly what: string; readonly baseUrl: string; readonly settings: { readonly refused: string; readonly away: string } },
): VoicebotError {
  if (error instanceof VoicebotError) return error;
  if (error instanceof APIError && !(error instanceof APIConnectionError)) {
    const status = error.status ?? 0;
    return new VoicebotError('engine-failed', `${what} at ${baseUrl} refused with status ${status}: ${error.message}`, {
      retryable: status === 429 || status >= 500,
      hint: `Check ${settings.refused}.`,
      cause: error,
    });
  }
  return new VoicebotError('engine-unavailable', `${what} at ${baseUrl} does not answer: ${messageOf(error)}`, {
    retryable: true,
    hint: `Check ${settings.away} and that the server runs.`,
    cause: error,
  });
}
