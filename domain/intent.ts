import type { Intent } from './call.ts';

/** Words of questions that need the bank's own facts. */
const banking =
  /\b(account|balance|card|debit|credit|loan|mortgage|interest|rate|overdraft|transfer|payment|pay|paid|statement|transaction|deposit|withdraw\w*|money|cash|fee|fees|charge\w*|refund|atm|pin|iban|swift|branch|cheque|check my|invest\w*|savings?|exchange|currency|fraud|stolen|block|limit|salary|direct debit|standing order|open(?:ing)? hours|phone number|address)s?\b/i;
/** Wishes to talk to a human. */
const person =
  /\b(?:(?:talk|speak|transfer|connect|put)\b.*\b(?:person|human|someone|somebody|agent|representative|operator|adviso?r|colleague|employee)|real person|human being|customer service)\b/i;
const thanks = /\b(thanks?|thank you|cheers|appreciate)\b/i;
const goodbye = /\b(bye|goodbye|see you|have a (?:nice|good) (?:day|evening|one)|that's all|nothing else)\b/i;
const greeting = /^\W*(hi|hello|hey|good (?:morning|afternoon|evening)|greetings)\b/i;

/** A first, simple reading of what the caller wants; what may need facts counts as banking. */
export function intentOf(transcript: string): Intent {
  if (!/[\p{L}\p{N}]/u.test(transcript)) return 'silence';
  if (person.test(transcript)) return 'person';
  if (banking.test(transcript)) return 'banking';
  if (goodbye.test(transcript)) return 'goodbye';
  if (thanks.test(transcript)) return 'thanks';
  return greeting.test(transcript) ? 'greeting' : 'small-talk';
}
