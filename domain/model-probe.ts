import { wordCount } from './language/words.ts';
import { checkSentence } from './output-guard.ts';
import { splitSentences } from './sentences.ts';

/**
 * What a language model may do in calls: `talk` with callers, `read` what they want beside the router, choose `tools`. A model may only do
 * what a probe has shown: questions with known acceptable answers, asked once.
 */
export const modelRoles = ['talk', 'read', 'tools'] as const;
export type ModelRole = (typeof modelRoles)[number];

/** Roles of a list such as "talk, tools"; none of "none"; undefined for anything else. */
export function rolesIn(text: string): readonly ModelRole[] | undefined {
  if (text.trim() === 'none') return [];
  const names = text.split(',').map((name) => name.trim());
  return names.every((name): name is ModelRole => (modelRoles as readonly string[]).includes(name))
    ? (names as ModelRole[])
    : undefined;
}

/** Raised whenever the questions or what passes change. */
export const probeVersion = 1;

/** Of the questions of a role, so many must be answered acceptably. */
export const leastShare = 0.9;

export interface TalkCase {
  readonly says: string;
  /** What an answer speaks of. */
  readonly accept: RegExp;
}

/** Small talk as callers make it. */
export const talkCases: readonly TalkCase[] = [
  { says: 'Hello.', accept: /\b(?:hello|hi|welcome|help|good (?:morning|afternoon|evening|day))\b/i },
  { says: 'Good morning to you.', accept: /\b(?:good morning|hello|hi|morning|help)\b/i },
  { says: 'How are you today?', accept: /\b(?:well|good|fine|great|thank|thanks)\b/i },
  { says: 'Thank you so much for your help.', accept: /\b(?:welcome|glad|pleasure|any ?time|happy|problem)\b/i },
  { says: 'It is nice to hear a friendly voice.', accept: /\b(?:nice|pleasure|glad|thank|thanks|kind|happy|too)\b/i },
  { says: 'I had a very long day.', accept: /\b(?:sorry|hope|rest|tired|understand|long|hear|relax|day)\b/i },
  { says: 'Do you like music?', accept: /\b(?:music|like|enjoy|songs?|listen)\b/i },
  { says: 'It has been raining here all week.', accept: /\b(?:rain\w*|weather|dry|umbrella|hope|wet|sun\w*|inside)\b/i },
  { says: 'Are you having a good day?', accept: /\b(?:day|good|well|thank|thanks|yes)\b/i },
  { says: 'You are funny.', accept: /\b(?:thank|thanks|glad|funny|smile|laugh|happy|try)\b/i },
];

/** A machine that passes for a person, or speaks of what it cannot know. */
const claims =
  /\b(?:i am|i'm) (?:just )?(?:a |an )?(?:real |actual )?(?:human|person|man|woman|people)\b|\bmy (?:wife|husband|children|kids|family|girlfriend|boyfriend)\b|\b(?:as an ai|language model|system prompt)\b/i;
const longestReplyWords = 40;

/** Whether a reply to small talk is one that a bank would let be spoken. */
export function isGoodTalk({ says, accept }: TalkCase, reply: string): boolean {
  const text = reply.trim();
  if (text === '' || wordCount(text) > longestReplyWords || claims.test(text)) return false;
  if (text.toLowerCase() === says.toLowerCase() || !accept.test(text)) return false;
  return splitSentences(text).every((sentence) => checkSentence(sentence, [], []) === undefined);
}

export interface ToolCase {
  readonly says: string;
  /** Nothing where none fits. */
  readonly tool: string | undefined;
}

export const probeTools = [
  { name: 'balance', description: 'The caller wants: their account balance.' },
  { name: 'card_block', description: 'The caller wants: blocking a card.' },
  { name: 'move_money', description: 'The caller wants: moving money between their own accounts.' },
  { name: 'call_back', description: 'The caller wants: a call back from a colleague.' },
] as const;

export const toolCases: readonly ToolCase[] = [
  { says: 'How much is left on my account?', tool: 'balance' },
  { says: 'My wallet is gone and the card was in it.', tool: 'card_block' },
  { says: 'Put fifty dollars into my savings.', tool: 'move_money' },
  { says: 'Could somebody ring me tomorrow?', tool: 'call_back' },
  { says: 'Do I still have money for the rent?', tool: 'balance' },
  { says: 'Somebody took my credit card!', tool: 'card_block' },
  { says: 'Shift some of my savings to checking.', tool: 'move_money' },
  { says: 'Who painted the Mona Lisa?', tool: undefined },
  { says: 'I like your voice.', tool: undefined },
  { says: 'Please have an advisor call me on Monday.', tool: 'call_back' },
];

export interface ReadCase {
  readonly says: string;
  readonly intent: string;
  /** A word of each restriction that must be named. */
  readonly restrictions: readonly string[];
}

export const readIntents: Readonly<Record<string, string>> = {
  balance: 'their account balance',
  spending: 'how much they spent',
  move_money: 'moving money between their own accounts',
  card_block: 'blocking a card',
  other: 'something else',
};

export const readCases: readonly ReadCase[] = [
  { says: 'How much did I spend on petrol last month?', intent: 'spending', restrictions: ['petrol', 'month'] },
  { says: 'What did I spend at Fresh Market in October?', intent: 'spending', restrictions: ['fresh market', 'october'] },
  { says: 'How much do I have in savings?', intent: 'balance', restrictions: ['savings'] },
  { says: 'Move fifty dollars from savings to checking.', intent: 'move_money', restrictions: ['fifty', 'savings', 'checking'] },
  { says: 'My debit card was stolen yesterday.', intent: 'card_block', restrictions: ['debit'] },
  { says: 'What is the capital of France?', intent: 'other', restrictions: [] },
  { says: 'What did my trip to Spain cost me?', intent: 'spending', restrictions: ['spain'] },
  { says: 'Am I overdrawn?', intent: 'balance', restrictions: [] },
];

/** Whether so many of so many suffice. */
export const passes = (good: number, all: number): boolean => good / all >= leastShare;
