import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shippedFolder } from '../../config/assistant-folder.ts';
import { failureText } from '../../rehearsal/junit.ts';
import { conversationsIn } from '../../rehearsal/programme.ts';
import { type ConversationResult, Rehearsal } from '../../rehearsal/rehearse.ts';
import { assistant } from '../support/assistant.ts';
import { quietTemporal } from '../support/temporal.ts';
import { TextCalls } from '../support/text-calls.ts';

/** `npm run bench:dialogues` has all of them, and the spoken ones. */
const every = 5;

let text: TextCalls;
beforeAll(async () => {
  quietTemporal();
  text = await TextCalls.start();
});
afterAll(() => text?.stop());

describe('conversations that ship with the assistant', () => {
  it('are three hundred at the least, sixty of them to be spoken', async () => {
    const all = await conversationsIn(shippedFolder);
    expect(all.length).toBeGreaterThanOrEqual(300);
    expect(all.filter(({ spoken }) => spoken).length).toBeGreaterThanOrEqual(60);
    expect(new Set(all.map(({ family, name }) => `${family} ${name}`)).size).toBe(all.length);
  });

  it(`hold: every ${every}th in writing, with no wrong answer`, { timeout: 300_000 }, async () => {
    const chosen = (await conversationsIn(shippedFolder)).filter((_, i) => i % every === 0);
    const call = async (_: unknown, n: number) => {
      const sessionId = `dialogue-${n}`;
      await text.calls.create(sessionId);
      return { say: (words: string) => text.calls.turns.takeText(sessionId, words), leave: () => text.end(sessionId) };
    };
    const {
      today,
      database: { acrossTenants: db },
    } = text;
    const results: ConversationResult[] = [];
    for await (const result of new Rehearsal({ db, assistant, call, today }).run(chosen)) results.push(result);
    const wrong = results.filter((result) => result.wrong);
    expect(wrong.map((result) => `${result.name}\n${failureText(result)}`)).toEqual([]);
    const failed = results.filter(({ passed }) => !passed);
    expect(failed.length, failed.map(failureText).join('\n\n')).toBeLessThanOrEqual(results.length * 0.05);
  });
});
