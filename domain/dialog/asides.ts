import type { Say } from '../assistant/wording-keys.ts';
import { relatives } from '../language/relatives.ts';
import { wordCount } from '../language/words.ts';
import { graveMatterIn } from './grave-matters.ts';
import { otherLanguageOf } from './other-languages.ts';

/** What callers say beside the matter, and what only approved words may answer: a model would make something up. */
export interface Aside {
  readonly reply: string;
  /** It calls for a person, whatever else was being talked about. */
  readonly needsPerson?: boolean;
  /** Said after it where there is no person to be put through to. */
  readonly alone?: string | undefined;
  /** The caller asks for time: what is open is not asked again at once. */
  readonly waits?: boolean;
}

const toWhom =
  /\b(?:are you|is this|is that|am i (?:talking|speaking) (?:to|with))\b[^.?!]*\b(?:robots?|human|person|people|machine|bot|computer|ai|artificial|a recording|real|alive)\b/i;
const who =
  /\bwho (?:are you|made you|built you|am i (?:talking|speaking) (?:to|with))\b|\bwhat(?:['’]s| is) your name\b|\bwhat are you\b\W*$/i;
const insult =
  /\b(?:fuck\w*|shit\w*|bullshit|asshole|arsehole|bastards?|bitch\w*|cunts?|dickheads?|wankers?|motherfuck\w*|piss off|screw you|shut up|go to hell)\b|\byou(?:['’]re| are)?(?: such)?(?: an?)?(?: \w+)? (?:stupid|idiots?|useless|moron|dumb|rubbish|garbage|worthless|incompetent)\b|\b(?:stupid|dumb|useless|bloody|damn) (?:bot|machine|robot|computer|thing)\b/i;
const whyAsked =
  /\bwhy (?:do|did|would|are) you (?:need|want|ask|asking)\b|\bwhy (?:do|must|should) i (?:have to |need to )?(?:give|tell|say|identify|prove)\b|^\W*(?:but )?(?:why|what for|how come)\W*$|\bwhat do you need (?:that|this|it|my [\w ]+) for\b/i;
/** What is asked for so that the caller is known. */
const identification = /\b(?:pin|code|(?:customer|my) number|details|identify|who i am)\b/i;
/** Something hidden that nobody has asked for. */
const secret = /\[(?:hidden|password|card number|number|ssn)\]/;
const hold =
  /^\W*(?:(?:ok|okay|no|oh|um|uh|well|sorry|please|yes|yeah|just|can you|could you)\W+)*(?:(?:hold|hang) on|wait|(?:just )?(?:a|one|\[hidden\]) (?:second|sec|moment|minute)|bear with me|give me a (?:second|sec|moment|minute)|let me (?:look|check|see|find it|get it|get my \w+))\b/i;
/** What may follow it without being anything else. */
const heldFor =
  /^\W*(?:please\b\W*)?(?:(?:a|one) (?:second|sec|moment|minute)\b\W*)?(?:please\b\W*)?(?:(?:while i|let me|i(?:['’]m| am| have to| need to)? (?:look|search|check|get|find|fetch)(?:ing)?|for (?:it|me))\b.*)?$/i;
/** What may follow it where it is nothing else, whatever the words are taken for: what is looked for is what the bot has asked for. */
const heldAlone =
  /^\W*(?:please\b\W*)?(?:(?:a|one) (?:second|sec|moment|minute)\b\W*)?(?:please\b\W*)?(?:[^.?!]*\b(?:look|search|check|get|find|fetch)(?:ing)?(?: (?:for|at|up))?(?: (?:it|that|them|one))?(?: (?:up|first|out))?\W*)?$/i;
const abilities =
  /\bwhat (?:(?:else )?can you (?:do|help(?: me)? with)|are you able to do|do you do|(?:services|things) do you offer|can i (?:ask|do here))\b|\bhow can you help\b/i;

/** Help, with what is not said. */
const needsHelp =
  /^\W*(?:(?:hi|hello|hey|please|um|uh|yes|good (?:morning|afternoon|evening))\W+)*(?:help(?: me)?(?: please)?|(?:can|could|will|would) you (?:please )?help(?: me)?(?: out)?(?: please)?|i (?:need|want|would like) (?:some |your )?help(?: please)?|i(?:['’]ve| have)(?: got)? (?:a|an|another|one) (?:problem|question|issue|request))\W*$|\bi(?:['’]m| am) (?:\w+ )?(?:blind|visually impaired|partially sighted|hard of hearing|deaf|disabled|dyslexic|housebound)\b/i;
/** The answer before was none to what was asked. */
const mistaken =
  /\bthat(?:['’]s| is|['’]?s not| was)?(?: not|n['’]t)? (?:what i (?:asked|said|meant|wanted)|my question)\b|\byou (?:are|were|got (?:it|that|me))\b.{0,8}\bwrong\b|\byou['’]re wrong\b|\bi (?:did not|didn['’]t) (?:ask|say|mean) (?:that|this|for that)\b|\b(?:wrong answer|you (?:misunderstood|did not understand|didn['’]t understand)|that makes no sense)\b|^\W*(?:no\W+)?that(?:['’]s| is)(?: not|n['’]t) (?:right|correct|true)\W*$|^\W*that (?:can['’]?t|cannot) be(?: right| true)?\W*$/i;
const doubts =
  /^\W*(?:(?:but|and|really)\W+)*(?:are you (?:really |quite |absolutely )?(?:sure|certain)|is that (?:really )?(?:right|correct|true)|really)\W*$|^\W*(?:(?:and|but|so)\W+)*(?:who|what)(?:['’]?s| is| are| was| were) (?:that|this|those|they|these)(?: (?:one|company|shop|people|payment))?\W*$/i;

/** Somebody else's matters, before anything of them is asked. */
const callsForOthers = new RegExp(
  String.raw`\b(?:call|phon|ring|speak|ask)ing (?:you )?(?:for|on behalf of|instead of) (?:my|our) (?:\p{L}+ )?${relatives}\b(?!['’])`,
  'iu',
);

const asksToHold = (text: string): boolean => hold.test(text) && heldFor.test(text.replace(hold, ''));

export const asksIdentity = (text: string): boolean => toWhom.test(text) || who.test(text);

/**
 * @param asked the bot waits for something, which it has given no reason for yet
 * @param told the bank has told something before
 * @param wishes the words hold a sure wish as well, which comes before manners
 */
export function asideOf(
  say: Say,
  text: string,
  { asked, wishes, told = false }: { readonly asked: boolean; readonly wishes: boolean; readonly told?: boolean },
): Aside | undefined {
  const grave = graveMatterIn(text);
  if (grave) return { reply: say(grave), needsPerson: true, alone: grave === 'distress' ? undefined : say('grave-alone') };
  if (asksIdentity(text)) return { reply: say('identity') };
  if (whyAsked.test(text) && (asked || identification.test(text))) return { reply: say('why') };
  if (secret.test(text) && !asked && wordCount(text) <= 6) return { reply: say('keep-secret') };
  if (wishes && !(asked && asksToHold(text) && heldAlone.test(text.replace(hold, '')))) return undefined;
  if (asksToHold(text)) return { reply: say('take-your-time'), waits: true };
  if (callsForOthers.test(text)) return { reply: say('others-matter') };
  const language = otherLanguageOf(text);
  if (language) return { reply: `${say(`only-language-${language}`)} ${say('only-language')}` };
  if (needsHelp.test(text)) return { reply: say('abilities') };
  if (!asked && mistaken.test(text)) return { reply: say('not-what-was-asked') };
  if (!asked && told && doubts.test(text)) return { reply: say('on-record') };
  if (abilities.test(text)) return { reply: say('abilities') };
  return insult.test(text) ? { reply: say('calm') } : undefined;
}
