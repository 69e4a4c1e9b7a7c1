import { mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SecondReader } from '../../activities/second-reader.ts';
import { isGoodTalk, type ModelRole, readCases, rolesIn, talkCases, toolCases } from '../../domain/model-probe.ts';
import { readingOf } from '../../domain/second-reading.ts';
import type { Routing } from '../../domain/understanding/semantic-model.ts';
import { ModelRoles } from '../../engines/probe/model-roles.ts';
import type { ChatMessage, LanguageModel } from '../../engines/types.ts';
import { assistant } from '../support/assistant.ts';

const lastOf = (messages: readonly ChatMessage[]) => messages.at(-1)?.content ?? '';
let asked = 0;

/** A fake model that talks well, reads well, and is no good at tools. */
const clever: LanguageModel = {
  ...{ name: 'fake', loaded: true, load: async () => {}, unload: async () => {} },
  async *reply(messages) {
    asked++;
    const one = talkCases.find(({ says }) => lastOf(messages).startsWith(says));
    yield one?.accept.source.includes('welcome') ? 'You are welcome.' : 'Thank you, good to hear, hello music rain day rest.';
  },
  read: async (messages) => {
    const one = readCases.find(({ says }) => says === lastOf(messages));
    return {
      intent: one?.intent ?? 'other',
      restrictions: one?.restrictions.filter((word) => one.says.toLowerCase().includes(word)),
    };
  },
  chooseTool: async () => undefined,
};

const folder = () => mkdtemp(join(tmpdir(), 'voicebot-probe-'));
const roles = (dir: string, model = clever, fixed?: readonly ModelRole[]) =>
  new ModelRoles({ model, identity: 'fake 1', bankName: 'the bank', folder: dir, fixed });

describe('what a model may do', () => {
  it('is nothing before it was probed, and what it showed from then on, also after a restart', async () => {
    const dir = await folder();
    const first = roles(dir);
    expect(first.may('talk')).toBe(false);
    const result = await first.probe();
    expect(result.roles.tools).toMatchObject({ good: toolCases.filter(({ tool }) => tool === undefined).length, passed: false });
    expect(result.roles.read.passed).toBe(true);
    expect(first.may('read')).toBe(true);
    expect(first.may('tools')).toBe(false);
    const before = asked;
    const second = roles(dir);
    await second.probe();
    expect(asked).toBe(before);
    expect(second.may('read')).toBe(true);
    expect(second.may('read', 'an adapter that nobody probed')).toBe(true);
  });

  it('is asked again where the result is damaged', async () => {
    const dir = await folder();
    await roles(dir).probe();
    const [file = ''] = await readdir(dir);
    await writeFile(join(dir, file), '{"ro');
    const before = asked;
    await roles(dir).probe();
    expect(asked).toBeGreaterThan(before);
  });

  it('is what a setting says, whatever a probe would', () => {
    expect(roles('/nowhere', clever, rolesIn('talk, tools')).may('tools')).toBe(true);
    expect(roles('/nowhere', clever, rolesIn('none')).may('talk')).toBe(false);
    expect(rolesIn('talk, sing')).toBeUndefined();
  });

  it.each([
    ['Hello.', 'Hello! How can I help you today?', true],
    ['Hello.', 'Hello.', false],
    ['Hello.', 'Hello, I am a real person named Bob.', false],
    ['How are you today?', 'I am well, your balance is $500.', false],
    ['Do you like music?', '', false],
  ])('"%s" is answered by "%s": %s', (says, reply, good) => {
    const one = talkCases.find((known) => known.says === says);
    expect(one && isGoodTalk(one, reply)).toBe(good);
  });
});

describe('a second reader', () => {
  const today = '2026-11-25';
  const routing = (label: string, sure: boolean, runnerUp: string): Routing => ({
    ...{ label, sure, probability: 0.6, confidence: 0.6, runnerUp: { label: runnerUp, probability: 0.3 } },
    probabilities: new Map([
      [label, 0.6],
      [runnerUp, 0.3],
    ]),
  });
  const reads = (answer: unknown, may: readonly ModelRole[] = ['read']) =>
    new SecondReader({
      model: { ...clever, read: async () => answer },
      roles: { may: (role) => may.includes(role) },
      timeoutMs: 1_000,
    });
  const read = (reader: SecondReader, routed: Routing, text = 'How much did I spend on hats for my llama?') =>
    reader.read(assistant, text, routed, today, new AbortController().signal);

  it('makes sure what both say', async () => {
    expect(await read(reads({ intent: 'spending', restrictions: [] }), routing('spending', false, 'balance'))).toMatchObject({
      ...{ intent: 'spending', sure: true },
    });
    expect(await read(reads({ intent: 'balance', restrictions: [] }), routing('spending', false, 'balance'))).toMatchObject({
      ...{ intent: 'balance', sure: true },
    });
  });

  it('has the bot ask where it says something else than a sure router', async () => {
    expect(await read(reads({ intent: 'balance', restrictions: [] }), routing('spending', true, 'balance'))).toMatchObject({
      ...{ intent: 'spending', sure: false, runnerUp: 'balance' },
    });
    expect(await read(reads({ intent: 'other', restrictions: [] }), routing('spending', true, 'balance'))).toMatchObject({
      sure: true,
    });
  });

  it('restricts by words that the caller said, and by none of its own', async () => {
    const { unread } = await read(
      reads({ intent: 'spending', restrictions: ['for my llama', 'at Tiffany'] }),
      routing('spending', true, 'balance'),
    );
    expect(unread).toEqual(['llama']);
    expect(readingOf({ intent: 'x', restrictions: ['Paris'] }, 'What did I spend?', ['y'])).toEqual({
      intent: undefined,
      restrictions: [],
    });
    expect(readingOf('nonsense', 'What?', ['y'])).toBeUndefined();
  });

  it('is not waited for, and not asked where it may not', async () => {
    const never = new SecondReader({
      model: {
        ...clever,
        read: (_, __, options) => new Promise((_resolve, reject) => options?.signal?.addEventListener('abort', reject)),
      },
      roles: { may: () => true },
      timeoutMs: 20,
    });
    expect(await read(never, routing('spending', true, 'balance'))).toMatchObject({ intent: 'spending', sure: true, unread: [] });
    expect(await read(reads({ intent: 'balance' }, []), routing('spending', true, 'balance'))).toMatchObject({ sure: true });
  });
});
