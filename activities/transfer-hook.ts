import { messageOf, VoicebotError } from '../domain/errors.ts';
import { escapeXml } from '../domain/xml.ts';
import type { TransferHook } from './telephony.ts';

export interface TransferSettings {
  /** Telephone number or SIP URI of the people who take calls over. */
  readonly to: string | undefined;
  /** Gets the summary of each call that is handed over, as JSON by POST. */
  readonly webhookUrl: string | undefined;
  readonly twilio: { readonly apiUrl: string; readonly accountSid: string; readonly authToken: string } | undefined;
}

/** TwiML that connects the caller to a number, or to a SIP address. */
export function dialTwiml(to: string): string {
  const target = /^sips?:/.test(to) ? `<Sip>${escapeXml(to)}</Sip>` : escapeXml(to);
  return `<?xml version="1.0" encoding="UTF-8"?><Response><Dial>${target}</Dial></Response>`;
}

/**
 * Tells the summary to the webhook, then moves the call: Twilio's by its REST API; Asterisk's by the dialplan, once the API closes
 * its socket; a plain socket's by the program that holds it.
 */
export function createTransferHook({ to, webhookUrl, twilio }: TransferSettings): TransferHook {
  return {
    async transfer({ line, summary }, { idempotencyKey, signal }) {
      if (!to && !webhookUrl) {
        throw new VoicebotError('unsupported', 'Nobody is set up to take calls over.', {
          hint: 'Set TRANSFER_TO, TRANSFER_WEBHOOK_URL or both.',
        });
      }
      if (webhookUrl) {
        await post('the transfer webhook', webhookUrl, JSON.stringify({ line, to: to ?? null, summary }), signal, {
          'Content-Type': 'application/json',
          'Idempotency-Key': idempotencyKey,
        });
      }
      if (line.kind !== 'twilio' || !to) return;
      if (!twilio) {
        throw new VoicebotError('unsupported', 'A call by Twilio cannot be moved without its account.', {
          hint: 'Set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN.',
        });
      }
      const { apiUrl, accountSid, authToken } = twilio;
      const url = `${apiUrl}/2010-04-01/Accounts/${encodeURIComponent(accountSid)}/Calls/${encodeURIComponent(line.callSid)}.json`;
      await post('Twilio', url, new URLSearchParams({ Twiml: dialTwiml(to) }).toString(), signal, {
        'Content-Type': 'application/x-www-form-urlencoded',
        Authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`,
      });
    },
  };
}

async function post(who: string, url: string, body: string, signal: AbortSignal, headers: Record<string, string>): Promise<void> {
  let response: Response;
  try {
    response = await fetch(url, { method: 'POST', body, headers, signal, redirect: 'error' });
  } catch (error) {
    const { cause } = error as Error;
    throw new VoicebotError('dependency-unavailable', `${who} does not answer: ${messageOf(cause ?? error)}`, {
      retryable: true,
    });
  }
  await response.body?.cancel();
  if (response.ok) return;
  const retryable = response.status >= 500 || response.status === 429;
  throw new VoicebotError('dependency-unavailable', `${who} answered ${response.status}.`, { retryable });
}
