import { isForeign } from './foreign.ts';
import { numberWord, ordinalFrom } from './language/numbers.ts';

const numberWords = `${numberWord.replace('|one|', '|')}|dozen|half|double|triple|couple`;
const numbers = new RegExp(String.raw`\d[\d.,:/]*\d|\d|\b(?:${numberWords})(?:[-\s]?(?:and\s+)?(?:${numberWords}|one))*\b`, 'gi');
/** "One" is a number only before a unit: "one moment" is not a claim. */
const countedOne =
  /\bone\s+(?:percent|dollar|euro|pound|cent|day|hour|week|month|year|million|thousand|hundred|business|working)\w*/i;
/** Digits that are spoken one by one. */
const spokenDigits =
  /\b(?:(?:zero|oh|one|two|three|four|five|six|seven|eight|nine)[\s,-]+){2,}(?:zero|oh|one|two|three|four|five|six|seven|eight|nine)\b/gi;

/** Names of days and months are dates: they too must come from a fact. */
const dates =
  /\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b|\b(?:january|february|march(?!\s+(?:on|to))|april|june|july|august|september|october|november|december)\b|\b(?:in|on|of|since|until|by|last|next|this) may\b|\bmay (?=\d)|\b(?:tomorrow|yesterday|tonight|midnight|noon)\b|\b(?:next|last) (?:week|month|year|weekend|quarter)\b|\bend of (?:the|this) (?:week|month|year)\b|\bwithin (?:a|the) (?:day|week|month|hour)\b|\bin (?:a|an) (?:day|week|month|hour|year)\b/gi;
/** "The fifth of", "on the 3rd". */
const ordinalDay = /\bthe\s+([a-z]+(?:-[a-z]+)?)\s+of\b/gi;

/** Addresses of the web and of mail, also as they are read aloud. */
const addresses =
  /\b(?:https?:\/\/|www\.)\S+|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\b[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|io|co|bank|info|biz|app|dev|us|uk|de|eu|ru)\b|\b\w+\s+dot\s+(?:com|org|net|bank|info)\b/gi;

/** The bot says that something was or will be done, or what the caller has: only a bank tool may know that. */
const claims: readonly RegExp[] = [
  /\b(?:I|we)(?:'ve|'ll| have| will| am going to| just| can| could)?\s+(?:already |now |just |also )*(?:block|cancel|transfer|sen[dt]|pa(?:y|id)|refund|open|clos|approv|chang|updat|process|schedul|check|look(?:ed)? (?:up|into)|verif|issu|order|deposit|credit|charg|waiv|increas|rais|reset|unlock|releas|reactivat|confirm|book|not(?:e|if)|mov|call(?:ed)? you)\w*/i,
  /\b(?:your|the)\s+(?:\w+\s+)?(?:account|balance|card|loan|payment|transfer|transaction|deposit|refund|limit|application|money|mortgage|statement|fee|rate|pin|password|code|salary|request)s?\s+(?:is|are|was|were|has|have|will|can|ends?|starts?)\b/i,
  /\byou (?:have|owe|are eligible|qualify|will receive|will get|can withdraw|are approved|were charged|spent|paid|received)\b/i,
  /\b(?:there is|there are) (?:no|a|an|some|enough) (?:fee|charge|money|balance|limit|cost|interest)s?\b/i,
  /\b(?:is|are) (?:free(?: of charge)?|insured|guaranteed|approved|waived)\b/i,
  /\b(?:the|our|this|your) (?:bank|branch|company|fraud desk) (?:is|was|has|have|had|will|would|does|did|must|went)\b/i,
  /\byou(?:['’]ll| will| shall| can| may)? (?:get|have|receive) (?:your|the|all (?:of )?your|some|more) (?:money|refund|cash|salary|loan)\b/i,
];

/** What a caller may be talked into, and what no bot is. */
const counsels: readonly RegExp[] = [
  /\b(?:you (?:should|must|ought to|need to|have to|had better)|I (?:recommend|advise|suggest)(?: (?:that )?you| to you)?(?: to)?|please|just|now) (?:buy|sell|invest|borrow|withdraw|send (?:the|all|some|your|any) (?:money|funds|cash|savings|codes?|details)|pay|transfer|wire|click|download|install|sign|deposit|take out|stop taking|dial)\b/i,
  /\b(?:gift cards?|crypto\w*|bitcoins?|remote access|screen sharing|one-time (?:code|password)|wire (?:it|the money))\b/i,
  /\b(?:tell|give|say|send|read|spell|type) (?:me|us) (?:the|all|that|those|any)(?: \w+)? (?:pins?|passwords?|codes?|cards?|numbers?)\b/i,
  /\bI(?:['’]m| am) (?:really |actually |just |in fact |indeed )*(?:a |an |the )?(?:real |actual |living )*(?:human|person|man|woman|employee|manager|banker|advisor|adviser|doctor|lawyer|police\w*)\b/i,
  /\byou(?:['’]re| are) (?:such |really |so )?(?:an? )?(?:stupid|idiot\w*|useless|moron\w*|dumb|worthless|fool\w*|liar)\b|\b(?:shut up|go to hell)\b/i,
];

/** Letters one by one, as secrets and addresses are spelled. */
const spelled = /\b(?:\p{L}[\s.,-]+){2,}\p{L}\b/u;
/** What stands in a word unseen; ends of lines are blanks like others. */
const unseen = /[\p{Cf}\p{Co}]|(?!\s)\p{Cc}/u;
/** Figures in the place of letters, and letters that code something. */
const coded = /\b(?=\w*\d)(?=\w*\p{L})\w{5,}\b|\b\w{24,}\b|==?(?:\s|$)/u;

/** What belongs to the machine behind the bot, not to a caller. */
const leaks: readonly RegExp[] = [
  /<\|?\/?\w+\|?>|\[\/?INST\]|^\s*(?:system|assistant|user)\s*:/im,
  /\b(?:system prompt|my (?:prompt|instructions|rules|guidelines|training data)|(?:as|being) an? (?:ai|large) (?:language )?model|language model|developer mode|api key|source code|openai|mistral|llama|smollm)\b/i,
  /\b(?:I was (?:told|instructed) to|I am (?:programmed|instructed) to|ignor(?:e|ing) (?:my|the|all|previous) (?:\w+ )?(?:instruction|rule)s?)\b/i,
  /[{}`]|\bfunction\s*\(|\bselect\b.+\bfrom\b/i,
  /\b(?:tell|give|say|send|read) me your (?:\w+ )?(?:pin|password|code|card|number|security)\w*/i,
  /\b(?:your|the) (?:pin|password|security code|customer number|card number)\b/i,
];

/** Capitalised words that are no names, wherever they stand. */
const plainCapitals =
  /^(?:I|I'm|I've|I'll|I'd|OK|Okay|PIN|ATM|AM|PM|Mr|Mrs|Ms|Dr|Hello|Hi|Hey|Good|Thank|Thanks|You|Yes|No|Please|How|What|And|But|So|Of|The|A|An|It|That|Is|Are|Sorry|Bank|English)$/;
const capitalised = /(?<![.!?:]["')]*\s|^["'(]*|[.!?]\s)\b\p{Lu}[\p{L}'-]+/gu;

/** Why a sentence may not be spoken. */
export type GuardFinding = {
  readonly kind: 'number' | 'date' | 'claim' | 'address' | 'name' | 'leak' | 'counsel' | 'language';
  readonly text: string;
};

const normal = (text: string) =>
  text
    .toLowerCase()
    .replace(/[,\s]+/g, '')
    .replace(/[.:/]+$/, '');

/**
 * Checks one sentence against the facts of the turn.
 * A number, date, address or name that no fact contains, a claim about the caller's banking where there are no facts, or anything of the
 * machinery is not spoken. What the caller said is no fact: "is my balance 500?" must not become "your balance is 500".
 * @param names that may be spoken beside the facts, such as the bank's.
 */
export function checkSentence(
  written: string,
  facts: readonly string[],
  names: readonly string[] = [],
): GuardFinding | undefined {
  // Letters of other widths are the same letters to a voice.
  const sentence = written.normalize('NFKC');
  // Numbers of two facts must not become one.
  const known = facts.join(' | ').normalize('NFKC');
  const knownLower = `${known} | ${names.join(' | ')}`.toLowerCase();
  const knownNumbers = new Set([...known.matchAll(numbers)].map((match) => normal(match[0])));
  const unknown = (pattern: RegExp, kind: GuardFinding['kind']): GuardFinding | undefined => {
    const found = [...sentence.matchAll(pattern)].find((match) => !knownLower.includes(match[0].toLowerCase()));
    return found && { kind, text: found[0] };
  };
  const address = unknown(addresses, 'address');
  if (address) return address;
  for (const match of sentence.matchAll(numbers)) {
    if (!knownNumbers.has(normal(match[0]))) return { kind: 'number', text: match[0] };
  }
  const spoken = unknown(spokenDigits, 'number');
  if (spoken) return spoken;
  const one = countedOne.exec(sentence);
  if (one && !knownLower.includes(one[0].toLowerCase())) return { kind: 'number', text: one[0] };
  const date = unknown(dates, 'date');
  if (date) return date;
  for (const match of sentence.matchAll(ordinalDay)) {
    if (ordinalFrom(match[1]?.toLowerCase() ?? '') !== undefined && !knownLower.includes(match[0].toLowerCase())) {
      return { kind: 'date', text: match[0] };
    }
  }
  if (facts.length === 0) {
    for (const [kind, patterns] of [
      ['claim', claims],
      ['leak', [...leaks, spelled, unseen, coded]],
      ['counsel', counsels],
    ] as const) {
      const match = patterns.map((pattern) => pattern.exec(sentence)).find((found) => found !== null);
      if (match) return { kind, text: match[0] };
    }
  }
  if (facts.length === 0 && isForeign(sentence)) return { kind: 'language', text: sentence };
  const name = [...sentence.matchAll(capitalised)].find(
    ([word]) => !plainCapitals.test(word) && !knownLower.includes(word.toLowerCase().replace(/'s$/, '')),
  );
  return name && { kind: 'name', text: name[0] };
}
