import { yesOrNo } from '../dialog/yes-no.ts';
import { completenessOf } from './completeness.ts';

/** What the bot has asked for, and waits to hear. */
export type Expectation = { readonly kind: 'digits'; readonly count: number } | { readonly kind: 'yes-or-no' };

/** What is known of a turn in a pause. */
export interface TurnEvidence {
  /** Probability that the turn is complete, by the voice; undefined while it is not known. */
  readonly voice: number | undefined;
  /** The words so far; undefined while they are not known. */
  readonly words: string | undefined;
  /** Digits among them, where they are not shown. */
  readonly digits?: number | undefined;
  readonly expected?: Expectation | undefined;
  /** How long the caller has spoken in this turn, with its pauses. */
  readonly turnMs: number;
  /** Pauses of the caller in this call after which they went on. */
  readonly hesitationsMs: readonly number[];
}

/** Words after which something must follow, by the kind of thing. */
const openers = {
  article: /^(?:the|a|an|my|your|his|her|our|their|this|that|these|those|its|any|some|every|each|which|what|whose)$/,
  preposition:
    /^(?:of|for|from|with|in|on|at|by|about|into|onto|to|as|than|between|after|before|until|since|during|under|over|through)$/,
  conjunction: /^(?:and|or|but|so|because|if|when|while|where|that|which|who|whether|then|although|unless|plus)$/,
  auxiliary:
    /^(?:is|are|was|were|am|be|been|do|does|did|can|could|would|will|shall|should|may|might|must|have|has|had|i'm|i'd|i'll|i've|it's|that's|there's|don't|didn't|can't|won't|isn't|wasn't|doesn't|not)$/,
  subject: /^(?:i|we|you|they|he|she|it)$/,
  /** Verbs that are seldom said without what they are done to. */
  transitive:
    /^(?:block|cancel|transfer|move|send|change|order|know|check|ask|find|get|need|want|tell|talk|speak|pay|see|report|replace|update|increase|open|close|make|take|give|put|use|like|explain|request|book|buy|set|add|read|look|spent|sent|received|made|lost)$/,
} as const;
const filler =
  /(?:^|[\s,.])(?:um+|uh+|uhm|er+|erm|hm+|mm+|ah|oh|well|like|so|now|actually|basically|let me (?:see|think)|you know|i mean|how do i (?:say|put) (?:it|this)|what is it called|hold on|wait|just a (?:second|moment)|one (?:second|moment))[\s,.…-]*$/i;
const numberWord =
  /^(?:\d[\d,.-]*|zero|oh|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|double|triple|point|dollars?|pounds?)$/;
/** Somebody does something, asks something, or tells the bot to: without it, words are hardly a request yet. */
const clause =
  /\b(?:(?:i|we|you|he|she|it|they|there|that|this|what|who|which|how|where|when|why|my \w+|the \w+)\W+(?:\w+\W+)?(?:is|are|was|were|am|do|does|did|can|could|would|will|shall|should|have|has|had|need|want|like|lost|got|made|sent|paid|know|think|see)|(?:i|we)['’](?:m|d|ll|ve|re)|block|cancel|show|tell|give|check|move|transfer|send|open|close|stop|help|call|please|how (?:much|many|long|do|can)|thank)\b/i;
const courtesy = /\b(?:please|thank you|thanks|bye|goodbye|hello|hi|good (?:morning|afternoon|evening))\W*$/i;

/** A turn that is longer than this is no likelier to be over: long stories have pauses too. */
const mostWords = 12;
const mostSeconds = 4;

const logit = (p: number) => Math.log(Math.min(0.999, Math.max(0.001, p)) / (1 - Math.min(0.999, Math.max(0.001, p))));
const flag = (is: boolean) => (is ? 1 : 0);

/** Names of the features, in their order. */
export const featureNames = [
  ...['voice', 'voiceUnknown', 'wordsUnknown'],
  ...[
    'question',
    'unfinishedMark',
    'fullStop',
    'unfinishedWord',
    'filler',
    'courtesy',
    'clause',
    'length',
    'wordEnd',
    'wordKnown',
  ],
  ...Object.keys(openers),
  ...['number', 'digitsAwaited', 'digitsComplete', 'digitsMissing', 'answer', 'answerAwaited'],
  ...['turnSeconds', 'voiceOfShort', 'voiceOfClause'],
] as const;

/**
 * What the model sees, in the order of `featureNames`.
 * @param wordEnds how much likelier than others a word is the last one of a sentence, as a logarithm.
 */
export function endOfTurnFeatures(evidence: TurnEvidence, wordEnds: Readonly<Record<string, number>>): number[] {
  const { words, expected, turnMs } = evidence;
  const voice = Number.isFinite(evidence.voice) ? evidence.voice : undefined;
  const text = (words ?? '').trim();
  const all = text.toLowerCase().match(/[\p{L}\p{N}'’]+(?:[.,-]\d+)*/gu) ?? [];
  const last = all.at(-1)?.replaceAll('’', "'") ?? '';
  const sounds = voice === undefined ? 0 : logit(voice);
  const awaited = expected?.kind === 'digits' ? expected.count : 0;
  const digits = evidence.digits ?? 0;
  const answer = yesOrNo(text) !== undefined && all.length <= 6;
  const whole = flag(clause.test(text));
  return [
    ...[sounds, flag(voice === undefined), flag(words === undefined || text === '')],
    flag(text.endsWith('?')),
    flag(/(?:,|-|—|\.\.\.|…|;|:)$/.test(text)),
    flag(/[.!]$/.test(text) && !text.endsWith('...')),
    flag(completenessOf(text) === 'unfinished'),
    flag(filler.test(text)),
    flag(courtesy.test(text)),
    whole,
    Math.log(1 + Math.min(mostWords, all.length)),
    wordEnds[last] ?? 0,
    flag(last in wordEnds),
    ...Object.values(openers).map((pattern) => flag(pattern.test(last))),
    flag(numberWord.test(last)),
    flag(awaited > 0),
    flag(awaited > 0 && digits >= awaited),
    flag(awaited > 0 && digits > 0 && digits < awaited),
    flag(answer),
    flag(answer && expected?.kind === 'yes-or-no'),
    Math.min(mostSeconds, turnMs / 1000),
    sounds * flag(all.length <= 3),
    sounds * whole,
  ];
}
