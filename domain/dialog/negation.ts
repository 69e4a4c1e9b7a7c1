/** How people say what they do not want. */
const refusals = [
  /i(?:['’]m| am) not (?:asking|calling|trying|looking|here|going)(?: you)?(?: to| for)?/,
  /i (?:do not|don['’]t) (?:really |actually )?(?:want|wish|mean|need|ask|plan|intend)(?: you| it| that)?(?: to)?/,
  /i (?:did not|didn['’]t) (?:say|mean|ask)(?: you)?(?: to)?/,
  /(?:do not|don['’]t|never) (?:block|cancel|move|transfer|send|pay|report|dispute|book|call|freeze|lock|stop|touch)/,
].map(({ source }) => source);
/** Where they go on with something else. */
const elsewhere = /$|[.;!?]|,|\s(?:but|just|only|instead|rather|(?<!\bthat\s)i (?:want|need|would|only|just|said|meant|asked))\b/;
const notWanted = new RegExp(`\\b(?:${refusals.join('|')})\\b.*?(?=${elsewhere.source})`, 'gi');
const linking = /^[\s,.;!?]*(?:but|just|only|instead|rather|and|so)?[\s,]*|[\s,;]+$/gi;

/**
 * What is left of the caller's words without what they do not want: "I don't want to block it, I want to know whether it is blocked" wants
 * to know. Unchanged where nothing is refused; empty where nothing else is said.
 */
export function wantedPart(text: string): string {
  const rest = text.replace(notWanted, ' ');
  if (rest === text) return text;
  const left = rest.replace(/\s+/g, ' ').replace(linking, '').trim();
  return /\p{L}{2}/u.test(left.replace(/\b(?:please|no|thanks|thank you|okay|yes|well|um|uh|oh|hello|hi|sorry|and)\b/gi, ''))
    ? left
    : '';
}
