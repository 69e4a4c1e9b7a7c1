import type { Behaviour } from '../assistant/behaviours.ts';
import { wordCount } from '../language/words.ts';
import { insteadOfBlocking } from './card-words.ts';
import type { Understood } from './decision.ts';
import { hasSlots, type Slots } from './slots.ts';
import { without } from './state.ts';

const notMine =
  /\b(?:i|we) (?:do not|don['’]?t|did not|didn['’]?t|never) (?:know|recogni[sz]ed?|made?|authori[sz]ed?|bought|did)\b(?! (?:if|whether|how|what|when|where|who|why))|\b(?:not|n['’]t) (?:mine|me|by me|made by me)\b/i;
const takenTwice =
  /\b(?:charged?|charges|took|taken|takes|billed|debited|deducted)\b.*\b(?:twice|two times|double|a second time)\b|\bdouble[- ]?(?:charged?|billed|debited)\b|\bovercharged\b|\b(?:charged?|took|taken|billed|debited)\b.*\b(?:too much|the wrong amount)\b/i;
const asksWhatFor = /\bwhat(?: was|['’]?s| is| were| are| did)\b.*\b(?:for|about)\W*$/i;
/** "I got married and need to change my last name": no last payment. */
const changesName = /\b(?:change|changed|update|correct)\b.*\b(?:my|our) (?:(?:first|last|family|maiden) )?(?:sur)?name\b/i;
/** "I need to know if I paid my rent." */
const asksPaid = /\b(?:did|have|has|if|whether)\b.*\b(?:i|we|my|our)\b.*\bpa(?:y|id)\b|\bpa(?:y|id)\b.*\byet\b/i;
const moves = /\b(?:move|transfer|put|shift|send|save)\b/i;
/** Said first, these order. */
const orders =
  /^\W*(?:(?:please|hi|hello|hey|ok|okay|and|then|now|so|can|could|would|will|you|i|i['’]d|we|want|need|like|to|let['’]?s|just)\W+)*(?:transfer(?! (?:of|from|status)\b)|send(?! me)|move|wire|pay)\b/i;
const spends =
  /\bspen[dt]\b|\b(?:goes|went) on (?!the\b|my account|there|with|\w+day)|\b(?:blow|blew|wasted?|splash(?:ed)? out) (?:\w+ )?on\b/i;
/** What is there is asked, whatever it is for. */
const asksLeft =
  /\b(?:balance|left|(?:do|would|will) (?:i|we) (?:still |even |actually )?have|have (?:i|we) (?:still )?(?:got|any)|enough|afford|cover|after|owe|owed|owing|can i|could i)\b/i;

/**
 * What the words say plainly, where the router takes them for something near it: "what did I spend on petrol?" asks for a sum, not for a list, nor
 * for what is left; who puts money into an account does not ask what is there, and "how much is my rent?" is no balance.
 */
export function saysPlainly(does: Behaviour, { text, slots }: Pick<Understood, 'text' | 'slots'>): Behaviour | undefined {
  const { to, amountMinor, person, merchant, kinds, purpose } = slots;
  if (does === 'balances' && to && moves.test(text)) return 'move-money';
  if (does === 'transfers' && (amountMinor !== undefined || person || /\d/.test(text)) && orders.test(text)) return 'move-money';
  if ((does === 'transfers' || does === 'balances' || does === 'decline') && slots.figure === 'top-kind') return 'spending';
  if (does === 'block-card') return insteadOfBlocking(text);
  if (does === 'payments' && notMine.test(text)) return 'dispute';
  if (does === 'payments' && changesName.test(text)) return 'colleague';
  if (does === 'decline' && (merchant ?? kinds) && asksPaid.test(text)) return 'payments';
  // "How often did they charge me?"
  const asksOnly = slots.figure === 'count' || asksWhatFor.test(text);
  if (does === 'dispute' && asksOnly && !notMine.test(text) && !takenTwice.test(text)) return 'payments';
  if (does === 'transfers' && (/\brefund/i.test(text) || kinds?.includes('salary'))) return 'payments';
  if (!spends.test(text)) {
    return does === 'balances' && (merchant ?? kinds) && !asksLeft.test(text) ? 'payments' : undefined;
  }
  if (does === 'balances') return asksLeft.test(text) ? undefined : 'spending';
  const listed = /\b(?:payments?|transactions?|purchases?|where|what on)\b/i.test(text);
  const sums = !listed || (merchant ?? kinds ?? purpose) !== undefined;
  return does === 'payments' && sums ? 'spending' : undefined;
}

/** Whether money shall be moved, so that a bare number is an amount. */
export const movesMoney = (does: Behaviour, text: string, slots: Slots): boolean =>
  does === 'move-money' || saysPlainly(does, { text, slots }) === 'move-money';

const unblocks = /\bun-?(?:block|lock|freez)(?:e|ing)?\b|\bre-?activat(?:e|ing)\b/i;
const undoing: Partial<Record<Behaviour, RegExp>> = {
  'block-card': unblocks,
  cards: unblocks,
  'call-back': /\b(?:cancel|call off|undo|delete|reschedule|postpone|put off)\b/i,
};

const online = /\b(?:apps?|web ?sites?|site|(?:online|internet|mobile|web) banking|portal)\b/i;
const fails =
  /\b(?:down|broken|crash(?:es|ed|ing)?|stuck|frozen|error|trouble|problems?|log(?:s|ging)? me out|locked (?:me )?out|(?:is|does|do|did|has|was)(?:n['’]t| not) (?:been )?(?:work|load|open|start|respond|let)(?:ing|ed)?|(?:won['’]t|will not|can['’]?t|cannot|unable to) (?:work|load|open|start|let|log|sign|get|use|access)|not (?:working|loading|opening|responding))\b/i;

/** Whether the bank's app or website does not do what it should. */
export const troubleOnline = (text: string): boolean => online.test(text) && fails.test(text);

/** Whether money was taken that is to be given back: "they charged me twice". */
export const saysTakenTwice = (text: string): boolean => takenTwice.test(text);

/** Whether the opposite of what an intent does is wanted: "cancel my appointment" books none. */
export const undoes = (does: Behaviour, text: string): boolean => undoing[does]?.test(text) ?? false;

const asks =
  /^\W*(?:(?:hi|hello|hey|and|so|um|uh|ok|okay|well|please|tell|me)\W+)*(?:how|what|when|where|which|is|are|do|does|can|could|will|would)\b/i;
const ofCaller = /\b(?:i|i['’](?:m|ve|d|ll)|me|my|mine|myself|we|our|ours|us)\b/i;
/** Whether it is about the caller's own: "my", "I". */
export const speaksOfCaller = (text: string): boolean => ofCaller.test(text);
const inGeneral = /\b(?:an?|any|one|people|someone|somebody|you|your|transfers|payments|cards|accounts|loans)\b/i;

const asksRule =
  /\bis there (?:an?|any) (?:\w+ )?(?:limit|maximum|minimum|charge|fee|cost|penalty)\b|\bwhat(?:['’]s| is) the (?:\w+ )?(?:limit|maximum|minimum|charge|fee|penalty)\b|\bhow much (?:am i allowed to|can i) (?:transfer|send)\b/i;
const anAccount = /\ban? (?:\w+ )?account\b/i;

/** A question about how things are at the bank, and not about the caller's own: "how long does a transfer take?" */
export function isGeneral({ text, slots }: Understood): boolean {
  // "Is there a limit on how much I can transfer?" asks for a rule, whoever asks.
  const ofRules = asksRule.test(text);
  const named = hasSlots(
    without(slots, 'amountMinor', 'direction', 'card', ...(anAccount.test(text) ? (['account'] as const) : [])),
  );
  return (
    !named &&
    !asksLeft.test(text) &&
    wordCount(text) >= 4 &&
    asks.test(text) &&
    (ofRules || (!speaksOfCaller(text) && inGeneral.test(text)))
  );
}
