import type { Behaviour } from '../assistant/behaviours.ts';
import { wordCount } from '../language/words.ts';

const cards = 'cards?|visa|mastercard';
const holders = 'wallet|purse|(?:hand)?bag|backpack';

/** "My card was declined": it is asked about, and not to be blocked. */
const declined =
  /\b(?:declined|refused|rejected|not accepted|stopped working|(?:did|does|do|is|was|has|would|could)(?:n['’]t| not) (?:\w+ ){0,3}(?:work(?:ing|ed)?|accept(?:ed)?|go(?:ne|ing)? through|read)|(?:won['’]t|will not|can['’]t|cannot) (?:work|go through))\b/i;
const blockedOrGone =
  /\b(?:block|freeze|lock|cancel|lost|losing|stolen?|stole|missing|gone|nicked|pinched|swiped|mugged|robbed|somebody|someone)\b/i;
/** What somebody says who wants a card to be blocked, however they say it. */
const ofCards = new RegExp(
  String.raw`\b(?:${cards}|${holders}|plastic|block\w*|freez\w*|frozen|lock\w*|stop\w*|cancel\w*|deactivat\w*|disabl\w*|suspend\w*|(?:turn|switch|shut) (?:it |them )?off|lost|los(?:e|ing)|miss(?:ed|ing)|gone|disappeared|dropped|found?|forgot\w*|left|st(?:eal|ole)\w*|nicked|pinched|swiped|mugged|robbed|burgled|thie(?:f|ves)|somebody|someone|hacked|cloned|skimmed|fraud\w*)\b`,
  'i',
);

/** Whether cards are blocked for words that speak of no card, and of no loss: "can I take it out whenever I want?" */
export const speaksOfNoCard = (does: Behaviour, text: string): boolean => does === 'block-card' && !ofCards.test(text);

const leftBehind = /\b(?:in|at) (?:your|the|one of your) (?:\w+ )?(?:branch|bank|office|lobby)\b/i;
const mayHoldCards = new RegExp(String.raw`\b(?:${cards}|${holders}|everything|stuff)\b`, 'i');

/** What is wanted, where cards would be blocked for words that ask for something near it. */
export function insteadOfBlocking(text: string): Behaviour | undefined {
  if (declined.test(text) && !blockedOrGone.test(text)) return 'cards';
  return leftBehind.test(text) && !mayHoldCards.test(text) ? 'colleague' : undefined;
}

const blocks =
  /^\W*(?:(?:please|ok|okay|yes|and|then|so|now|can|could|would|will|you|just|i|want|to|need|like|i['’]d|let['’]?s)\W+)*(?:block|freeze|lock|cancel|stop|disable|deactivate)\s+(?:it|that|this|them|(?:that|this|the other|the \w+) (?:one|card)|both)(?: (?:one|card|then|now|please|both|of them))*\W*$/i;

/** "Block it", once cards were talked about. */
export const blocksThat = (text: string): boolean => blocks.test(text);

const ends = /\b(?:cancel|stop|end|unsubscribe)\b/i;

const saysWhich = new RegExp(String.raw`\b(?:${cards}|it|that|this|them)\b`, 'i');

/** "Cancel my Netflix": whoever is paid again and again is no card. */
export const endsSubscription = (text: string): boolean => ends.test(text) && !saysWhich.test(text) && wordCount(text) > 1;
