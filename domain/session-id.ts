import { VoicebotError } from './errors.ts';
import { defaultTenant } from './tenant.ts';

export const sessionIdPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** @throws VoicebotError `invalid-request` for anything but 1 to 64 letters, digits, `.`, `_` and `-`. */
export function parseSessionId(text: string): string {
  if (sessionIdPattern.test(text)) return text;
  throw new VoicebotError('invalid-request', 'The session id is not valid.', {
    hint: 'Use 1 to 64 letters, digits, dots, dashes and underscores, beginning with a letter or digit.',
  });
}

/** The workflow that is this session's call. Ids of sessions hold no slash, so that no tenant's call can bear the name of another's. */
export const workflowIdOf = (sessionId: string, tenant: string): string =>
  `call-${tenant === defaultTenant ? '' : `${tenant}/`}${sessionId}`;

/** The session whose call a workflow is; undefined for a workflow of another kind. */
export function sessionOf(workflowId: string): string | undefined {
  return workflowId.startsWith('call-') ? workflowId.slice(Math.max(5, workflowId.lastIndexOf('/') + 1)) : undefined;
}
