import { mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import { stringify } from 'yaml';
import { VoicebotError } from '../../domain/errors.ts';
import { ApiClient, apiUrl } from '../api-client.ts';
import { print } from '../output.ts';

interface Turn {
  readonly turn: number;
  readonly status: 'answered' | 'failed';
  readonly transcript: string;
  readonly reply: string;
  readonly source: string;
  readonly intent: string;
  readonly citations: readonly string[];
}

interface Review {
  readonly turn: number;
  readonly verdict: 'good' | 'bad';
  readonly betterReply: string | null;
}

/** More turns make no conversation that anybody reads. */
const mostTurns = 60;
/** Something that was told in confidence, and is not in the record. */
const secret = /\[(?:hidden|password|card number|number|ssn)\]|^\(keys\)$/;

export function addAssistantLearnCommand(assistant: Command): void {
  assistant
    .command('learn')
    .description('Make a conversation file of a call, and propose phrases for turns that were reviewed as bad.')
    .requiredOption('--session-id <id>', 'the call')
    .option('--output <file>', 'the file; it must not exist yet')
    .option('--url <url>', 'address of the API')
    .option('--json', 'print JSON')
    .action(async ({ sessionId, output, url, json }: { sessionId: string; output?: string; url?: string; json?: boolean }) => {
      const file = output ?? `learnt-${sessionId}.yaml`;
      if (await stat(file).catch(() => undefined)) {
        throw new VoicebotError('conflict', `${file} exists already.`, { hint: 'Give another --output.' });
      }
      const client = new ApiClient(apiUrl(url));
      const id = encodeURIComponent(sessionId);
      const { turns } = await client.json<{ turns: Turn[] }>(`/sessions/${id}/turns?limit=${mostTurns}`);
      const { reviews } = await client.json<{ reviews: Review[] }>(`/sessions/${id}/reviews`);
      if (turns.length === 0) throw new VoicebotError('not-found', `The session '${sessionId}' has no recorded turn.`);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, stringify([conversationOf(sessionId, turns, reviews)], { lineWidth: 0 }));
      const proposals = proposalsOf(turns, reviews);
      print({ file, proposals }, json, () =>
        [
          `${file} is there. Say in it what must hold, and put it into the assistant's conversations.`,
          ...proposals.map(({ turn, phrase, understood, betterReply }) =>
            [
              `Turn ${turn} was understood as '${understood}' and reviewed as bad.`,
              `  Put this under the phrases of the intent that it stands for: "${phrase}"`,
              ...(betterReply === null ? [] : [`  What should have been said: "${betterReply}"`]),
            ].join('\n'),
          ),
        ].join('\n'),
      );
    });
}

/** Replies are not copied: they hold what the bank told one customer. */
function conversationOf(sessionId: string, turns: readonly Turn[], reviews: readonly Review[]): object {
  const bad = (turn: number) => reviews.some((review) => review.turn === turn && review.verdict === 'bad');
  const lines: object[] = [];
  for (const { turn, transcript, source, citations } of turns) {
    const [article] = citations;
    // What was answered badly must be said anew by whoever knows what is right.
    const expected = bad(turn) ? {} : { source, ...(article === undefined ? {} : { article }) };
    if (!secret.test(transcript)) lines.push({ caller: transcript, ...expected });
    else if ('identify' in (lines.at(-1) ?? {})) lines.splice(-1, 1, { identify: true, ...expected });
    else lines.push({ identify: true, ...expected });
  }
  return { name: `learnt from ${sessionId}`, family: 'learnt', lines };
}

function proposalsOf(turns: readonly Turn[], reviews: readonly Review[]) {
  return reviews.flatMap(({ turn, verdict, betterReply }) => {
    const found = turns.find((one) => one.turn === turn);
    if (!found || verdict !== 'bad' || secret.test(found.transcript)) return [];
    return [{ turn, phrase: found.transcript, understood: found.intent, betterReply }];
  });
}
