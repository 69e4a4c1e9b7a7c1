const numberWords =
  'two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|billion|dozen|half|double|triple|zero';
/** "One" is a number only before a unit: "one moment" is not a claim. */
const countedOne =
  /\bone\s+(?:percent|dollar|euro|pound|cent|day|hour|week|month|year|million|thousand|hundred|business|working)\w*/i;
const numbers = new RegExp(String.raw`\d[\d.,:/]*\d|\d|\b(?:${numberWords})(?:[-\s]?(?:${numberWords}|one))*\b`, 'gi');

/** Names of days and months are dates: they too must come from a fact. */
const dates =
  /\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\b(?:january|february|march(?!\s+(?:on|to))|april|june|july|august|september|october|november|december)\b|\btomorrow\b|\bnext (?:week|month|year)\b/gi;

/** The bot says that something was or will be done, or what the caller has: only a bank tool may know that. */
const claims: readonly RegExp[] = [
  /\b(?:I|we)(?:'ve|'ll| have| will| am going to| just| can| could)?\s+(?:already |now |just )?(?:block|cancel|transfer|sen[dt]|pa(?:y|id)|refund|open|clos|approv|chang|updat|process|schedul|check|look(?:ed)? (?:up|into)|verif|issu|order|deposit|credit|charg|waiv|increas|call(?:ed)? you)\w*/i,
  /\b(?:your|the)\s+(?:\w+\s+)?(?:account|balance|card|loan|payment|transfer|transaction|deposit|refund|limit|application|money|mortgage|statement|fee|rate)s?\s+(?:is|are|was|were|has|have|will|can)\b/i,
  /\byou (?:have|owe|are eligible|qualify|will receive|will get|can withdraw)\b/i,
];

/** Why a sentence may not be spoken. */
export type GuardFinding = { readonly kind: 'number' | 'date' | 'claim'; readonly text: string };

const normal = (text: string) =>
  text
    .toLowerCase()
    .replace(/[,\s]+/g, '')
    .replace(/[.:/]+$/, '');

/**
 * Checks one sentence of the model against the facts of the turn.
 * A number or date that no fact contains, or a claim about the caller's banking where there are no facts, is not spoken. What
 * the caller said is no fact: "is my balance 500?" must not become "your balance is 500".
 */
export function checkSentence(sentence: string, facts: readonly string[]): GuardFinding | undefined {
  // Numbers of two facts must not become one.
  const known = facts.join(' | ');
  const knownNumbers = new Set([...known.matchAll(numbers)].map((match) => normal(match[0])));
  for (const match of sentence.matchAll(numbers)) {
    if (!knownNumbers.has(normal(match[0]))) return { kind: 'number', text: match[0] };
  }
  const one = countedOne.exec(sentence);
  if (one && !known.toLowerCase().includes(one[0].toLowerCase())) return { kind: 'number', text: one[0] };
  for (const match of sentence.matchAll(dates)) {
    if (!known.toLowerCase().includes(match[0].toLowerCase())) return { kind: 'date', text: match[0] };
  }
  if (facts.length === 0) {
    const claim = claims.map((pattern) => pattern.exec(sentence)).find((match) => match !== null);
    if (claim) return { kind: 'claim', text: claim[0] };
  }
  return undefined;
}
