import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * The signature that Twilio puts on a webhook: HMAC-SHA1 of the URL and the form's fields, sorted by name, each name followed by its
 * value. Source: Twilio's documentation, "Validating requests".
 */
export function twilioSignature(authToken: string, url: string, form: Readonly<Record<string, string>>): string {
  const fields = Object.keys(form).sort();
  const signed = url + fields.map((name) => name + form[name]).join('');
  return createHmac('sha1', authToken).update(signed).digest('base64');
}

/** A secret of one call of one tenant, for its media socket: only who was given our answer knows it. */
export function mediaToken(authToken: string, callSid: string, tenant: string): string {
  return createHmac('sha256', authToken).update(`media ${callSid} ${tenant}`).digest('base64url');
}

export function sameSecret(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
