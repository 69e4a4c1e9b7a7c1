import { relatives } from '../language/relatives.ts';

/** What a machine has no business with: a person takes the caller over, whatever else was being talked about. */
export type GraveMatter = 'distress' | 'bereavement' | 'fraud';

/** Somebody's life is at stake. "These fees are killing me" and "my life savings" are not meant. */
const distress =
  /\b(?:(?:kill|hurt|harm)(?:ing)? (?:myself|ourselves)|suicid\w*|(?:end|take|ending|taking) my (?:own )?life\b(?! savings)|(?:want|going) to die|don['’]?t want to (?:live|be alive)(?: any ?more| any longer)?(?=\W*$)|no reason to live|better off dead|(?:going|wants?|trying|threaten\w*) to (?:kill|hurt|harm|shoot) (?:me|us|you|him|her|them)|(?:forcing|threatening) me\b|holding me (?:here|hostage|captive|against)|call an ambulance)\b/i;

/** Somebody has died. Batteries and telephones do as well: without "passed away" it takes a person. */
const bereavement = new RegExp(
  [
    String.raw`\bpassed away\b`,
    String.raw`\b(?:${relatives}|account holder|customer|he|she)(?:['’]s| is| has| have)?(?: just| recently| sadly)? (?:died|dead|deceased|passed on)\b`,
    String.raw`\b(?:report|about) (?:a|the|his|her|my (?:\w+['’]s )?) ?death\b`,
    String.raw`\bdeath (?:in the family|certificate)\b`,
  ].join('|'),
  'i',
);

const secrets = '(?:pin|codes?|passcode|password|log-?in|(?:card|bank|account|security) (?:numbers?|details|codes?))';
/** The caller has been deceived, and each minute may cost money. What they only ask about is answered by an article. */
const fraud = new RegExp(
  [
    String.raw`\b(?:i|we)(?:['’]ve| have| was| were| got| think i(?:['’]ve| have| was))?(?: just| been| got)* (?:scammed|defrauded|conned|phished|tricked)\b`,
    String.raw`\bto an? (?:scammer|fraudster|con ?man)s?\b`,
    String.raw`\b(?:gave|given|told|sent|read) (?:him|her|them|some(?:one|body)|a (?:man|woman|caller|stranger)) (?:out )?(?:my|the|our|a) (?:\w+ )?${secrets}\b`,
    String.raw`\b(?:gave|given|told|sent|read) (?:my|the|our) (?:\w+ )?${secrets} (?:out )?to (?:him|her|them|some(?:one|body)|a|an)\b`,
    String.raw`\b(?:called|phoned|rang|texted|messaged|emailed|contacted) me\b.*\b(?:said|says|saying|claim(?:s|ed|ing)?|pretend(?:s|ed|ing)?|told me)\b.*\b(?:from|is|are|was|were|be) (?:(?:with|from|of) )?(?:the|your|my|our) (?:bank|fraud (?:team|department))\b`,
    String.raw`\b(?:account|online banking|app)(?:['’]s| is| was| has been| got)(?: been)? (?:hacked|compromised|broken into|taken over)\b`,
    String.raw`\bclicked (?:on )?(?:it|(?:the|that|this|a|their) (?:\w+ )?link)\b`,
    String.raw`\b(?:entered|typed|put|gave) (?:in )?(?:my|our|the) (?:\w+ )?${secrets} (?:in|into|on|at) (?:a|the|that|their|this|some) (?:\w+ )?(?:site|website|page|form|link)\b`,
    String.raw`\b(?:hacked|broke|broken|got|gotten) into (?:my|our) (?:bank )?(?:account|online banking|app)\b`,
    String.raw`\b(?:stole|stolen) my identity\b|\bidentity theft\b`,
  ].join('|'),
  'i',
);

const matters: readonly (readonly [GraveMatter, RegExp])[] = [
  ['distress', distress],
  ['fraud', fraud],
  ['bereavement', bereavement],
];

/** Nothing else that is said counts then. */
export const graveMatterIn = (text: string): GraveMatter | undefined => matters.find(([, pattern]) => pattern.test(text))?.[0];
