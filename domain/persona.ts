import type { Exchange } from './call.ts';
import { wording } from './wording.ts';

export interface PromptMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** Exchanges that show a small model the tone and the one honest answer. */
const examples: readonly Exchange[] = [
  { transcript: 'Hi there.', reply: 'Hello! How can I help you today?' },
  { transcript: 'How are you doing?', reply: 'I am doing well, thank you for asking.' },
  { transcript: 'What is the interest rate on savings?', reply: wording.notYet },
  { transcript: 'Thank you so much.', reply: 'You are very welcome.' },
];

/** English text has about four characters a token; three errs on the safe side for every model. */
const charactersPerToken = 3;

const estimateTokens = (exchange: Exchange) =>
  Math.ceil((exchange.transcript.length + exchange.reply.length) / charactersPerToken) + 8;

/** The latest exchanges that fit into the limit, oldest first. */
export function fitHistory(history: readonly Exchange[], maxTokens: number): Exchange[] {
  let used = 0;
  let from = history.length;
  while (from > 0) {
    used += estimateTokens(history[from - 1] as Exchange);
    if (used > maxTokens) break;
    from--;
  }
  return history.slice(from);
}

/** The prompt of one turn: persona, examples, what was said before, what the caller says now. */
export function promptFor(
  bankName: string,
  history: readonly Exchange[],
  transcript: string,
  maxHistoryTokens: number,
): PromptMessage[] {
  const system =
    `You are the phone assistant of ${bankName}. You greet callers and make small talk in one short sentence. You know nothing ` +
    `about accounts, cards, money or loans; asked about them, or for anything you do not know, you say: ${wording.notYet}`;
  const { answered, unanswered } = joinUnanswered(fitHistory(history, maxHistoryTokens));
  return [
    { role: 'system', content: system },
    ...[...examples, ...answered].flatMap(({ transcript: said, reply }): PromptMessage[] => [
      { role: 'user', content: said },
      { role: 'assistant', content: reply },
    ]),
    { role: 'user', content: [...unanswered, transcript].join(' ') },
  ];
}

/** What was said before the bot could answer belongs to what was said next. */
function joinUnanswered(history: readonly Exchange[]): { answered: Exchange[]; unanswered: string[] } {
  const answered: Exchange[] = [];
  let unanswered: string[] = [];
  for (const { transcript, reply } of history) {
    if (reply === '') unanswered.push(transcript);
    else {
      answered.push({ transcript: [...unanswered, transcript].join(' '), reply });
      unanswered = [];
    }
  }
  return { answered, unanswered };
}
