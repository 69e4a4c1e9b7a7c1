import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeWav } from '../../audio/wav.ts';
import type { Stack } from '../../temporal/stack.ts';
import { fakeUtterance } from '../chaos/caller.ts';
import { countingEngines } from '../fakes/counting-voice.ts';
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
  let calls = 0;
  const connect = () =>
    LiveCaller.connect({
      baseUrl: stack.apiUrl ?? '',
      sessionId: `recorded-${calls++}`,
      format: { encoding: 'pcm16', sampleRateHz: 16_000 },
    });

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
      const caller = await connect();
      const done = caller.client.next('reply.done', { where: (event) => event.turn === 1 });
      await caller.saySamples(fakeUtterance('Where can I park my car at the bank?').samples);
      await done;
      await caller.leave();
      return caller.events.flatMap(({ event }) => (event.type === 'reply.text' ? [event.text] : []));
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
