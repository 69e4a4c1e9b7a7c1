import { join } from 'node:path';
import { textsIn } from '../config/assistant-folder.ts';
import type { Assistant } from '../domain/assistant/assistant.ts';
import { type Conversation, readConversations } from '../domain/assistant/conversation.ts';
import { type Problem, problemText } from '../domain/assistant/yaml-file.ts';
import { VoicebotError } from '../domain/errors.ts';
import { type ConversationResult, Rehearsal } from './rehearse.ts';
import { spokenCaller } from './spoken-caller.ts';
import type { Stage } from './stage.ts';
import { writtenCaller } from './written-caller.ts';

/** How conversations are had: all in writing, and those that are to be spoken by voice. */
export type Manner = 'written' | 'spoken';

/** Has the conversations in each manner, one after the other. */
export async function* rehearsed(
  { apiUrl, db, tts }: Stage,
  assistant: Assistant,
  conversations: readonly Conversation[],
  manners: readonly Manner[],
): AsyncGenerator<ConversationResult> {
  const written = (_: Conversation, n: number) => writtenCaller(apiUrl, `written-${n + 1}`);
  if (manners.includes('written')) yield* new Rehearsal({ db, assistant, call: written }).run(conversations);
  if (!manners.includes('spoken')) return;
  const byVoice = conversations.filter((one) => one.spoken).map((one) => ({ ...one, name: `${one.name} (spoken)` }));
  const call = (_: Conversation, n: number) => spokenCaller({ apiUrl, sessionId: `spoken-${n + 1}`, tts, seed: n });
  yield* new Rehearsal({ db, assistant, call }).run(byVoice);
}

/** @throws VoicebotError `invalid-request` that names every problem by file and line. */
export async function conversationsIn(folder: string): Promise<Conversation[]> {
  const texts = await textsIn(join(folder, 'conversations'), (file) => file.endsWith('.yaml')).catch((error) => {
    // An assistant may have none.
    if (error instanceof VoicebotError && error.code === 'not-found') return {};
    throw error;
  });
  const read = Object.entries<string>(texts).map(([file, text]) => readConversations(`conversations/${file}`, text));
  const problems: Problem[] = read.flatMap((one) => one.problems);
  if (problems.length > 0) throw new VoicebotError('invalid-request', problems.map(problemText).join('\n'));
  return read.flatMap(({ conversations }) => conversations);
}
