const ordinals = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth', 'tenth'];
const thing = '(?:one|payment|transaction|charge|purchase|debit|item|entry)';
const byNumber = new RegExp(
  String.raw`\b(?:the |number )?(${ordinals.join('|')}|last|latest)(?: ${thing})\b|\bthe (${ordinals.join('|')})\b(?! (?:of|time|thing))`,
  'i',
);
const pointing = new RegExp(
  String.raw`\b(?:that|this|the same) ${thing}\b|\b(?:that|it) (?:was|is)(?:n['’]t| not)\b|\b(?:dispute|report|contest|challenge) (?:it|that|this)\b|(?:\bnot|n['’]t|\bnever) (?:think|believe|recogni[sz]e|remember|make|made|authori[sz]ed?) (?:that|it|this)\b`,
  'i',
);

const further =
  /^\W*(?:(?:and|ok|okay|yes|please|so|what about|are there|is there|any|tell me|show me|give me|read me|can i hear|the|some|go to)\W+)*(?:(?:(?!day|week|month|year)\w+ )?before (?:that|those|them)|(?:ones?|payments?|transactions?) before(?: it)?|(?:next|previous|earlier|older) (?!day|week|month|year)\w+|(?:\w+ )?more(?: of them| ones?| transactions| payments)?|what else|go on|continue|keep going|carry on|others?|the rest)(?: please| then| too)?\W*$/i;

/** Whether the payments are wanted that come after those that were told. */
export const goesFurther = (text: string): boolean => further.test(text);

/** "Was I there?", and not "is there anything?" */
export const thatPlace = String.raw`(?<!\b(?:is|are|was|were|has|have|will) )\bthere\b(?! (?:is|are|was|were|any)\b)`;
const thatMerchant = new RegExp(
  String.raw`${thatPlace}|\b(?:at|to|from|with|by) (?:them|that (?:one|place|shop|store|company))\b|\b(?:do|did) they\b`,
  'i',
);

/** Whether the merchant is meant that the bot has told about: "how often was I there?" */
export const pointsAtMerchant = (text: string): boolean => thatMerchant.test(text);

/** Which of the payments that the bot has told last is meant: "the second one"; "that one" where it told only one. */
export function paymentReferredTo(text: string, told: readonly string[] = []): string | undefined {
  const [, one, alone] = byNumber.exec(text) ?? [];
  const word = (one ?? alone)?.toLowerCase();
  // "Latest" and "last" are the newest: payments are told newest first, and whoever heard one heard it first.
  if (word) return word === 'last' || word === 'latest' ? told[0] : told[ordinals.indexOf(word)];
  return told.length === 1 && pointing.test(text) ? told[0] : undefined;
}
