import { yesOrNo } from '../dialog/yes-no.ts';
import { numberWord } from '../language/numbers.ts';
import { completenessOf } from './completeness.ts';
import type { TranscriptEnding } from './transcript-ending.ts';

/** What the bot has asked for, and waits to hear. */
export type Expectation = { readonly kind: 'digits'; readonly count: number } | { readonly kind: 'yes-or-no' };

/** What is known of a turn in a pause. */
export interface TurnEvidence {
  /** Probability that the turn is complete, by the voice; undefined while it is not known. */
  readonly voice: number | undefined;
  /** The words so far; undefined while they are not known. */
  readonly words: string | undefined;
  /** How sure the transcriber was of their end. */
  readonly ending?: TranscriptEnding | undefined;
  /** Digits among them, where they are not shown. */
  readonly digits?: number | undefined;
  readonly expected?: Expectation | undefined;
  /** How long the caller has spoken in this turn, with its pauses. */
  readonly turnMs: number;
  /** Pauses of the caller in this call after which they went on. */
  readonly hesitationsMs: readonly number[];
}

/** What people say while they think. A transcriber ends it with any mark. */
const filler =
  /(?:^|[\s,.?!…-])(?:um+|uh+|uhm|er+|erm|hm+|mm+|ah|oh|well|let me (?:see|think|say|look|check)|let's see|you know|i mean|how (?:do|shall|should|can) i (?:say|put) (?:it|this|that)|what(?:'s| is) it called|what do you call (?:it|that)|hold on|hang on|wait|(?:just )?(?:a|one) (?:second|moment|minute))[\s,.…?!-]*$/i;
const partOfNumber = new RegExp(String.raw`^(?:\d[\d,.-]*|${numberWord}|oh|double|triple|point|dollars?|pounds?)$`);
/** Somebody does something, asks something, or tells the bot to: without it, words are hardly a request yet. */
const clause =
  /\b(?:(?:i|we|you|he|she|it|they|there|that|this|what|who|which|how|where|when|why|my \w+|the \w+)\W+(?:\w+\W+)?(?:is|are|was|were|am|do|does|did|can|could|would|will|shall|should|have|has|had|need|want|like|lost|got|made|sent|paid|know|think|see)|(?:i|we)['’](?:m|d|ll|ve|re)|block|cancel|show|tell|give|check|move|transfer|send|open|close|stop|help|call|please|how (?:much|many|long|do|can)|thank)\b/i;
const courtesy = /\b(?:please|thank you|thanks|bye|goodbye|hello|hi|good (?:morning|afternoon|evening))\W*$/i;

/** A turn that is longer than this is no likelier to be over: long stories have pauses too. */
const mostWords = 12;
const mostSeconds = 4;

const logit = (probability: number) => {
  const p = Math.min(0.999, Math.max(0.001, probability));
  return Math.log(p / (1 - p));
};
const flag = (is: boolean) => (is ? 1 : 0);

/** What the model sees; what is not known is NaN. */
function describe({ words, ending, digits = 0, expected, voice, turnMs }: TurnEvidence) {
  const text = (words ?? '').trim();
  const all = text.toLowerCase().match(/[\p{L}\p{N}'’]+(?:[.,-]\d+)*/gu) ?? [];
  const last = all.at(-1)?.replaceAll('’', "'") ?? '';
  const sounds = voice === undefined ? Number.NaN : logit(voice);
  const awaited = expected?.kind === 'digits' ? expected.count : 0;
  const answer = yesOrNo(text) !== undefined && all.length <= 6;
  const whole = flag(clause.test(text));
  return {
    voice: sounds,
    question: flag(text.endsWith('?')),
    unfinishedMark: flag(/(?:,|-|—|\.\.\.|…|;|:)$/.test(text)),
    fullStop: flag(/[.!]$/.test(text) && !text.endsWith('...')),
    unfinishedWord: flag(completenessOf(text) === 'unfinished'),
    filler: flag(filler.test(text)),
    courtesy: flag(courtesy.test(text)),
    clause: whole,
    length: Math.log(1 + Math.min(mostWords, all.length)),
    number: flag(partOfNumber.test(last)),
    digitsAwaited: flag(awaited > 0),
    // Up to as many as were asked for, they decide by themselves.
    digitsTooMany: flag(awaited > 0 && digits > awaited),
    answer: flag(answer),
    answerAwaited: flag(answer && expected?.kind === 'yes-or-no'),
    turnSeconds: Math.min(mostSeconds, turnMs / 1000),
    voiceOfShort: sounds * flag(all.length <= 3),
    voiceOfClause: sounds * whole,
    meanSure: ending?.mean ?? Number.NaN,
    lastWordSure: ending?.lastWord ?? Number.NaN,
    closed: ending?.closed ?? Number.NaN,
    comma: ending?.comma ?? Number.NaN,
    dash: ending?.dash ?? Number.NaN,
    ellipsis: ending?.ellipsis ?? Number.NaN,
    nothingFollows: ending?.end ?? Number.NaN,
  };
}

const nothing: TurnEvidence = { voice: undefined, words: undefined, turnMs: 0, hesitationsMs: [] };

/** Names of the features, in their order. */
export const featureNames: readonly string[] = Object.keys(describe(nothing));

/** What the model sees, in the order of `featureNames`; what is not known is NaN. */
export const endOfTurnFeatures = (evidence: TurnEvidence): number[] => Object.values(describe(evidence));
