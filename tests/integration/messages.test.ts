import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toPcm16 } from '../../audio/pcm.ts';
import { decodeWav } from '../../audio/wav.ts';
import type { Stack } from '../../services/stack.ts';
import { fakeUtterance } from '../chaos/caller.ts';
import { countingEngines } from '../fakes/counting-voice.ts';
import { textsInBytes } from '../fakes/spoken-text.ts';
import { spokenSamples } from '../fakes/stand-in-engines.ts';
import { tone, wavOf } from '../support/audio.ts';
import { batchApi } from '../support/batch-api.ts';
import { LiveCaller } from '../support/live-caller.ts';
import { startTestStack, testEnvironment } from '../support/test-stack.ts';
import { until } from '../support/until.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startTestStack(await testEnvironment(), { engines: countingEngines() });
});
afterAll(() => stack?.stop());

let calls = 0;
const connect = () =>
  LiveCaller.connect({
    baseUrl: stack.apiUrl ?? '',
    sessionId: `recorded-${calls++}`,
    format: { encoding: 'pcm16', sampleRateHz: 16_000 },
  });

/** What a caller hears who says this, piece by piece. */
async function repliesTo(words: string): Promise<string[]> {
  const caller = await connect();
  const done = caller.client.next('reply.done', { where: (event) => event.turn === 1 });
  await caller.saySamples(fakeUtterance(words).samples);
  await done;
  await caller.leave();
  return caller.events.flatMap(({ event }) => (event.type === 'reply.text' ? [event.text] : []));
}

const { ask, ended, message } = batchApi(() => stack.apiUrl ?? '');

describe('a message', () => {
  it('is approved or rejected by somebody, and the newest approved version is played', async () => {
    for (const text of ['This is message version one.', 'This is message version two.']) {
      const id = text.includes('one') ? 'v1' : 'v2';
      await ask('POST', '/batches', { id, check: false, items: [{ key: 'decided/on', text }] });
      await ended(id);
    }
    expect((await message('decided/on')).body).toMatchObject({
      playedVersion: null,
      versions: [{ state: 'draft' }, { state: 'draft' }],
    });
    const decide = (version: number, wish: string, body: unknown = { by: 'Ann' }) =>
      ask('POST', `/messages/decided%2Fon/versions/${version}/${wish}`, body);
    expect((await decide(1, 'approve')).body).toMatchObject({ state: 'approved', decidedBy: 'Ann' });
    expect((await message('decided/on')).body.playedVersion).toBe(1);
    await decide(2, 'approve');
    expect((await message('decided/on')).body.playedVersion).toBe(2);
    await decide(2, 'reject');
    expect((await message('decided/on')).body.playedVersion).toBe(1);
    expect((await decide(9, 'approve')).status).toBe(404);
    expect((await decide(1, 'approve', { by: ' ' })).status).toBe(400);
  });

  it('is approved by its batch unless what was heard of it differs', async () => {
    const rows = [
      { key: 'checked/right', text: 'This is message right.' },
      { key: 'checked/wrong', text: 'This is message mumbled.' },
    ];
    await ask('POST', '/batches', { id: 'checked', approvedBy: 'Bob', items: rows });
    await ended('checked');
    expect((await message('checked/right')).body.versions[0]).toMatchObject({
      state: 'approved',
      decidedBy: 'Bob',
      findings: [],
    });
    expect((await message('checked/wrong')).body.versions[0]).toMatchObject({ state: 'review', findings: ['word-errors'] });
  });

  it('may be a recording of a person', async () => {
    const wav = wavOf(
      Int16Array.from(tone(2, 8_000), (sample) => Math.round(sample * 20_000)),
      8_000,
    );
    const put = (query: string) =>
      ask<{ version: number; added: boolean }>('PUT', `/messages/spoken?check=false&${query}`, wav, 'audio/wav');
    expect((await put('text=Hello%20there.&approvedBy=Ann')).body).toEqual({ key: 'spoken', version: 1, added: true });
    expect((await put('text=Hello%20there.&approvedBy=Ann')).body).toMatchObject({ version: 1, added: false });
    expect((await message('spoken')).body).toMatchObject({
      playedVersion: 1,
      versions: [{ text: 'Hello there.', state: 'approved' }],
    });
    const sound = await fetch(`${stack.apiUrl}/messages/spoken/audio`);
    expect(decodeWav(Buffer.from(await sound.arrayBuffer()), 60)).toMatchObject({ sampleRateHz: 24_000 });
    expect((await ask('PUT', '/messages/spoken', 'no sound', 'audio/wav')).body.code).toBe('invalid-audio');
    expect((await ask('GET', '/messages/none/audio')).status).toBe(404);
    expect((await ask('GET', '/messages/spoken/audio?version=7')).status).toBe(404);
  });
});

describe('a call', () => {
  const recording = (seconds: number) =>
    wavOf(
      Int16Array.from(tone(seconds, 24_000), (sample) => Math.round(sample * 20_000)),
      24_000,
    );
  const approve = (key: string, text: string, seconds: number) =>
    ask(
      'PUT',
      `/messages/${encodeURIComponent(key)}?check=false&approvedBy=Ann&text=${encodeURIComponent(text)}`,
      recording(seconds),
      'audio/wav',
    );
  it('says what is recorded for its beginning before anything else', async () => {
    await approve('call/notice', 'This call is recorded.', 0.5);
    await until('the notice is heard', async () => {
      const caller = await connect();
      await sleep(300);
      await caller.leave();
      return caller.heard.some(({ bytes }) => bytes.some((byte) => byte !== 0));
    });
    await ask('POST', '/messages/call%2Fnotice/versions/1/reject', { by: 'Ann' });
  });

  it('plays the recording of an article where it says just that, and speaks it where the article has changed', async () => {
    const say = async (answer: string) => {
      const markdown = `---\nid: parking\ntitle: Parking at the bank\nquestions:\n  - "Where can I park my car at the bank?"\n---\n\n${answer}\n`;
      await ask('POST', '/knowledge/articles', { articles: [{ file: 'parking.md', markdown }] });
      return repliesTo('Where can I park my car at the bank?');
    };
    const answer = 'You can park behind the branch. It costs nothing.';
    expect(await say(answer)).toEqual(['You can park behind the branch.', 'It costs nothing.']);
    await approve('article/parking', answer, 1);
    expect(await say(answer)).toEqual([answer]);
    expect(await say('You can park behind the branch. It costs a little.')).toEqual([
      'You can park behind the branch.',
      'It costs a little.',
    ]);
  });
});

describe('a message with slots', () => {
  const text = 'The garage of the bank costs {{price}}, and it is open all day. Pay at the gate.';
  const slotted = (over: object = {}) => ({ id: 'slots', slots: ['price'], items: [{ key: 'garage', text }], ...over });

  it('is recorded but for the clauses with slots, and filled when it is played, in one voice', async () => {
    await ask('POST', '/batches', slotted());
    expect((await ended('slots')).counts).toMatchObject({ created: 1 });
    expect((await message('garage')).body.versions[0]).toMatchObject({ text, slots: ['price'], findings: [], state: 'draft' });
    const speech = async (body: object) => {
      const headers = { 'Content-Type': 'application/json' };
      const init = { method: 'POST', headers, body: JSON.stringify(body) };
      return fetch(`${stack.apiUrl}/messages/garage/speech`, init);
    };
    const filled = await speech({ values: { price: 'two dollars an hour' } });
    const sound = decodeWav(Buffer.from(await filled.arrayBuffer()), 60);
    const recorded = 'and it is open all day. Pay at the gate.';
    expect(textsInBytes(toPcm16(sound.samples))).toEqual([recorded]);
    expect(sound.samples.length).toBeGreaterThan(spokenSamples(recorded) + spokenSamples('costs two dollars an hour'));
    expect(await (await speech({ values: {} })).json()).toMatchObject({
      code: 'invalid-request',
      detail: expect.stringContaining('{{price}}'),
    });
    expect((await speech({ values: { price: 'x'.repeat(300) } })).status).toBe(400);
    await ask('POST', '/batches', slotted({ id: 'slots-again' }));
    expect((await ended('slots-again')).counts).toMatchObject({ created: 0, reused: 1 });
  });

  it('is heard in a call where the bot says it with values', async () => {
    await ask('POST', '/messages/garage/versions/1/approve', { by: 'Ann' });
    const answer = 'The garage of the bank costs three dollars an hour, and it is open all day. Pay at the gate.';
    const markdown = `---\nid: garage\ntitle: The garage of the bank\nquestions:\n  - "What does the garage of the bank cost?"\n---\n\n${answer}\n`;
    await ask('POST', '/knowledge/articles', { articles: [{ file: 'garage.md', markdown }] });
    expect(await repliesTo('What does the garage of the bank cost?')).toEqual([
      'The garage of the bank costs three dollars an hour,',
      'and it is open all day. Pay at the gate.',
    ]);
  });

  it('is refused where nothing of it could be recorded', async () => {
    const { body } = await ask(
      'POST',
      '/batches',
      slotted({ id: 'all-slots', items: [{ key: 'all', text: 'It costs {{price}}.' }] }),
    );
    expect(body).toMatchObject({ code: 'invalid-request', detail: expect.stringContaining('nothing is left to record') });
  });
});

describe('engines', () => {
  it('are listed with their voices, and why one is not there', async () => {
    const { body } = await ask<{
      engines: { id: string; state: string; why: string; measuredPace: number | null; voices: string[] }[];
    }>('GET', '/tts/engines');
    expect(body.engines.map(({ id, state }) => [id, state])).toEqual([
      ['kokoro', 'ready'],
      ['nari_dia', 'unavailable'],
      ['zonos', 'unavailable'],
      ['tortoise', 'unavailable'],
    ]);
    expect(body.engines[0]?.measuredPace).toBeGreaterThan(0);
    expect(body.engines[3]?.why).toContain('tts-tortoise');
    const voices = await ask<{ voices: { voice: string }[] }>('GET', '/tts/voices?engine=tortoise');
    expect(voices.body.voices).toHaveLength(20);
    expect((await ask('GET', '/tts/voices?engine=siri')).status).toBe(422);
  });
});
