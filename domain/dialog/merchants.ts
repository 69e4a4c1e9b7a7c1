/** Words after "at" or "to" that begin no merchant's name. */
const noMerchant =
  /^(?:my|the|a|an|your|this|that|these|those|it|them|him|her|me|you|us|all|any|some|last|least|most|once|night|noon|home|work|monday|tuesday|wednesday|thursday|friday|saturday|sunday|today|yesterday|tomorrow|january|february|march|april|may|june|july|august|september|october|november|december|savings?|checking|current|credit|account|bank|someone|somebody|person|pay|spend|check|see|know|get|make|have|be|move|transfer|report|dispute|block|talk|speak|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|noon|midday|half|quarter|moment|present|end|beginning|start|time|ten|twenty|thirty|forty|fifty|least|first|once)$/i;
const merchantEnd =
  /^(?:\w+n['’]t|hasn|went|go|goes|gone|through|arrive|arrived|cost|costs|come|came|take|took|get|got|yet|already|before|after|when|while|if|so|then|do|does|are|were|be|been|on|in|last|this|yesterday|today|for|and|or|please|was|is|that|which|i|from|since|with|by|my|the|charge|payment|transaction|twice|again|over|during|between|of|to|not|it|did|didn't|has|have|had|would|will|should|can|could|finally|still|never|but|because|right|correct|most|recently|lately|latest|ever|ago|total|altogether|each|per|every|a|an|more|less|than|at|around|about|there|here|now|above|below|under|exceeding|worth|costing)$/i;

const afterPreposition =
  /\b(?:at|from|to|by|with)\s+(?=((?:the\s+)?[\p{L}\p{N}][\p{L}\p{N}'&.-]*(?:\s+[\p{L}\p{N}'&.-]+){0,3}))/giu;

/** "To" before a verb is more often than "to" before somebody who is paid. */
const paidTo =
  /\b(?:pa(?:y|ys|id|ying|yments?)|we(?:nt|nd)|go(?:es|ing|ne)?|charges?|money|transfer(?:s|red)?|sen[dt]|gave|give|owe|one|ones|debits?|amounts?|dollars|much|out|transactions?|purchases?|anything|something|what|subscriptions?)\s+$/i;

/** What follows "and" is another wish. */
const clauseBegins =
  /^(?:i|you|we|what|which|how|when|where|why|who|tell|show|give|also|then|please|can|could|is|are|was|do|did|block|move|transfer|send|put|how's|that|it|he|she|they)\b/i;

/** The words of a name, at the beginning of what follows; empty where there is none. */
function nameOf(words: readonly string[]): string {
  const name: string[] = [];
  for (const word of words.slice(0, 4)) {
    const bare = word.replace(/[.,?!]+$/, '');
    if (name.length > 0 && merchantEnd.test(bare)) break;
    if (!/\p{L}/u.test(bare)) break;
    name.push(bare);
    if (bare !== word) break;
  }
  return name.join(' ');
}

/** Names after "at", "to", "from", "by": of whom payments are. */
export function merchantsIn(text: string): readonly string[] {
  for (const match of text.matchAll(afterPreposition)) {
    const words = (match[1] ?? '').replace(/^the\s+/i, '').split(/\s+/);
    const isTo = /^to\b/i.test(match[0]);
    if (isTo && !/^\p{Lu}/u.test(words[0] ?? '') && !paidTo.test(text.slice(0, match.index))) continue;
    if (noMerchant.test(words[0]?.replace(/[.,?!]+$/, '') ?? '')) continue;
    const name = nameOf(words);
    if (name === '') continue;
    const from = text.indexOf(name, match.index) + name.length;
    const company = /^ and (?:sons?|daughters?|co|company|brothers|partners)\b/i.exec(text.slice(from));
    if (company) return [`${name}${company[0]}`];
    const [, next = ''] = /^,?\s*(?:and|or)\s+(?:(?:at|to|from)\s+)?(?:the\s+)?(.*)$/i.exec(text.slice(from)) ?? [];
    const second =
      next && !clauseBegins.test(next) && !noMerchant.test(next.split(/[\s.,?!]/)[0] ?? '') ? nameOf(next.split(/\s+/)) : '';
    return [name, second].filter(Boolean).map((one) => one.replace(/'s$/, ''));
  }
  // "the Netflix charge", "my Amazon payment"
  const named =
    /\b(?:the|that|this|my|a)\s+([\p{L}][\p{L}'&-]*(?:\s+[\p{L}][\p{L}'&-]*)?)\s+(?:charge|payment|transaction|purchase|subscription)\b/iu.exec(
      text,
    );
  const name = named?.[1] ?? '';
  const plain =
    /^(?:last|first|latest|recent|card|wrong|strange|same|new|old|big|small|second|other|direct|pending|duplicate|unknown|weird|suspicious|largest|biggest|highest|smallest|lowest|cheapest|dearest|average|most|top|usual|typical|recurring|monthly|one|two|whole|entire|dollar|debit|credit|account|my|your|next|cash|it|a|the|fraudulent|unauthorized)\b/i;
  const one = name && !plain.test(name) ? name : (payeeIn(text) ?? properNameIn(text));
  return one ? [one] : [];
}

/** Not somebody who is paid, but what is paid, or paid in. */
const notPayee =
  /^(?:money|cash|salary|wages?|pay|pension|bonus|benefits?|refunds?|deposits?|che(?:que|ck)s?|rent|mortgage|bills?|invoices?|loan|cards?|payments?|transfers?|transactions?|debits?|orders?|subscriptions?|tax(?:es)?|insurance|fees?|balance|amount|rest|interest|one|ones|bank|account|most|least|more|less|same|full|whole|total|half|minimum|maximum|largest|biggest|highest|smallest|lowest|cheapest|first|second|third|last|latest|next|other|difference|remainder|debt|price|charge|lot)$/i;
const paidOne =
  /\b(?:the|our)\s+(\p{L}[\p{L}-]*)(?:['’]s)?\s+(?:(?:has|have|had|was|were|is)\s+)?(?:already\s+)?(?:been\s+|got\s+|get\s+)paid\b(?!\s+(?:in|into|out)\b)|\b(?:pay|paid|paying)\s+the\s+(\p{L}[\p{L}-]*)(?=\s*(?:$|[.,?!;])|\s+(?:last|this|yet|already|yesterday|today|in|on|for|since|from|before|again|and)\b)/iu;
const billPaid =
  /\b(?:rent|mortgage|bills?|invoices?|loan|insurance|tax(?:es)?|subscriptions?|fees?|debits?|orders?)(?:['’]s)?\s+(?:(?:has|have|had|already)\s+)*been paid\b/i;
const namedPaid = /\b[Hh](?:as|ave|ad)\s+(?!I\b)\p{Lu}[\p{L}'’&-]+(?:\s+\p{Lu}[\p{L}'’&-]+)*\s+(?:already\s+)?been paid\b/u;

/** Somebody who is paid: "has the plumber been paid", "did I pay the plumber". */
function payeeIn(text: string): string | undefined {
  const match = paidOne.exec(text);
  const payee = match?.[1] ?? match?.[2];
  return payee && !notPayee.test(payee) ? payee : undefined;
}

/** Whether it is about somebody else, or a bill, having been paid. */
export const othersPaid = (text: string): boolean =>
  /\bbeen paid\b/i.test(text) && (namedPaid.test(text) || billPaid.test(text) || payeeIn(text) !== undefined);

const taker =
  /\b(?:did|has|have|does)\s+((?:\p{L}[\p{L}'&-]*\s+){1,3})(?:take|taken|took|charge[ds]?|cost|debit(?:ed)?|get|got|withdraw|withdrawn|bill(?:ed)?|collect(?:ed)?)\b/iu;
const nobody =
  /^(?:i|you|it|they|we|he|she|the|my|your|this|that|these|those|any|some|all|much|many|everything|anything|something|money|bank|card|account|somebody|someone|anybody|anyone|who|not|already|ever|last|a)\b/i;
/** Written with a capital letter without being the name of anybody. */
const plainCapital =
  /^(?:I|I['’]\w+|OK|Okay|PIN|ATM|TV|IBAN|ID|USD|EUR|GBP|US|UK|EU|Visa|Mastercard|Mr|Mrs|Ms|Miss|Dr|Sir|Madam|Savings?|Checking|Current|Credit|Debit|Account|Bank|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|January|February|March|April|May|June|July|August|September|October|November|December|Christmas|Easter|English|Hello|Hi|Yes|No|Please|Thanks|And|But|Can|Could|What|Which|How|When|Where|Who|Why|Show|Tell|Did|Do|Does|Is|Are|Was|My|The|A|In|On|At|To|From|For)$/;

/** Somebody who is named: "did Netflix take its money", "the Amazon one". Recognisers write names with a capital letter. */
function properNameIn(text: string): string | undefined {
  const named = taker.exec(text)?.[1]?.trim() ?? '';
  if (named && !nobody.test(named)) return nameOf(named.split(/\s+/));
  const inside = [...text.matchAll(/(?<=[\p{Ll}\d,]\s+)\p{Lu}[\p{L}'&-]*(?:\s+(?:and\s+)?\p{Lu}[\p{L}'&-]*)*/gu)].map(
    ([name]) => name,
  );
  return inside.find((name) => !name.split(/\s+/).some((word) => plainCapital.test(word)));
}
