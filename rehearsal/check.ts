import type { Assistant } from '../domain/assistant/assistant.ts';
import type { ConversationLine } from '../domain/assistant/conversation.ts';
import { type WordingKey, wordingKeys } from '../domain/assistant/wording-keys.ts';
import type { Facts } from './facts.ts';

/** What the bot answered to a line. */
export interface Reply {
  readonly reply: string;
  readonly source: string;
  readonly citations?: readonly string[] | undefined;
}

/** What is not as the line says it must be; nothing where all is. */
export async function misses(line: ConversationLine, got: Reply, facts: Facts, assistant: Assistant): Promise<string[]> {
  const { bot = [], any = [], not = [], says = [], source, article } = line;
  const reply = plain(got.reply);
  const holds = (text: string) => reply.includes(plain(text));
  const found: string[] = [];
  for (const text of bot) {
    const wanted = await facts.filled(text);
    if (!holds(wanted)) found.push(`it must say "${wanted}"`);
  }
  const choices = await Promise.all(any.map((text) => facts.filled(text)));
  if (choices.length > 0 && !choices.some(holds)) found.push(`it must say one of: ${choices.join(' | ')}`);
  for (const text of not) {
    const unwanted = await facts.filled(text);
    if (holds(unwanted)) found.push(`it must not say "${unwanted}"`);
  }
  if (says.length > 0 && !says.some((key) => isSaid(assistant, key, got.reply))) found.push(`it must say ${says.join(' or ')}`);
  if (source && !source.includes(got.source)) found.push(`it must come from ${source.join(' or ')}, not from ${got.source}`);
  if (article && !got.citations?.includes(article)) found.push(`the article '${article}' must answer`);
  return found;
}

const plain = (text: string) => text.toLowerCase().replace(/[’]/g, "'").replace(/\s+/g, ' ');

/** Whether a wording stands in a reply, whatever was filled in. */
function isSaid(assistant: Assistant, key: string, reply: string): boolean {
  if (!(key in wordingKeys)) throw new Error(`Nothing is said by the name '${key}'.`);
  return assistant.wordingOf(key as WordingKey).some((text) => {
    const parts = text
      .split(/\{[a-z][\w-]*\}/i)
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s+/g, '\\s+'));
    return new RegExp(parts.join('.*?'), 'i').test(reply);
  });
}
