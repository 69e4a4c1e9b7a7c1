import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { fromMuLaw, toMuLaw } from '../../audio/mulaw.ts';
import { fromPcm16, toPcm16 } from '../../audio/pcm.ts';
import { resample } from '../../audio/resample.ts';
import { type AudioFormat, ConnectionClosed, LiveClient, type LiveEvent } from '../../client/live-client.ts';
import { wordErrors } from '../../domain/language/word-errors.ts';
import { wording } from '../../domain/wording.ts';
import { Kokoro } from '../../engines/kokoro/kokoro.ts';
import { Whisper } from '../../engines/whisper/whisper.ts';
import type { Stack } from '../../services/stack.ts';
import { say } from '../support/assistant.ts';
import { gather, to16k } from '../support/audio.ts';
import { LiveCaller } from '../support/live-caller.ts';
import { testRuntime } from '../support/runtime.ts';
import { recordedNoise } from '../support/shared-data.ts';
import { noBank, startTestStack, testEnvironment } from '../support/test-stack.ts';
import { until } from '../support/until.ts';

const kokoro = new Kokoro(testRuntime());
const whisper = new Whisper(testRuntime(), { model: 'base' });
const spoken = async (text: string) => to16k(await gather(kokoro.speak(text)));

let stack: Stack;
let webhook: Server;
const handedOver: { summary: { request: string } }[] = [];
const speech: Record<string, Float32Array> = {};

beforeAll(async () => {
  webhook = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      handedOver.push(JSON.parse(body));
      response.end();
    });
  }).listen(0, '127.0.0.1');
  await once(webhook, 'listening');
  const { port } = webhook.address() as { port: number };
  // Without pauses inside: a sentence that could end there would be two turns.
  for (const [name, text] of Object.entries({
    hello: 'Hello there, how are you?',
    rate: 'What is the interest rate on savings?',
    half: 'I would like to',
    rest: 'know the interest rate on savings.',
    stop: 'I have another question for you.',
    person: 'Can I talk to a real person?',
    bye: 'Thank you, goodbye.',
  })) {
    speech[name] = await spoken(text);
  }
  stack = await startTestStack(
    await testEnvironment({
      ...noBank,
      IDLE_PROMPT_SECONDS: '4',
      TRANSFER_WEBHOOK_URL: `http://127.0.0.1:${port}/`,
      MAX_AUDIO_SECONDS: '30',
    }),
  );
  await stack.ready;
});
afterAll(async () => {
  await stack?.stop();
  webhook?.close();
  await Promise.all([kokoro.unload(), whisper.unload()]);
});

const baseUrl = () => stack.apiUrl ?? '';
const connect = (sessionId: string, format?: AudioFormat) =>
  LiveCaller.connect({ baseUrl: baseUrl(), sessionId, ...(format ? { format } : {}) });
const of = (name: string) => speech[name] ?? new Float32Array();
const names = (caller: LiveCaller) => caller.events.map(({ event }) => event.type);
const session = async (id: string) => (await (await fetch(`${baseUrl()}/sessions/${id}`)).json()) as SessionBody;
interface SessionBody {
  readonly status: string;
  readonly endReason: string | null;
  readonly history: {
    turn: number;
    transcript: string;
    reply: string;
    heardReply: string | null;
    interrupted: boolean;
    spokenMs: number;
  }[];
}

/** Says something and waits until the reply was played. */
async function exchange(
  caller: LiveCaller,
  samples: Uint8Array,
): Promise<{ transcript: string; reply: string; audio: Uint8Array }> {
  const from = caller.events.length;
  const before = caller.heard.length;
  const done = caller.client.next('reply.done', { timeoutMs: 60_000 });
  await caller.say(samples);
  await done;
  const events = caller.events.slice(from).map(({ event }) => event);
  const texts = events.flatMap((event) => (event.type === 'reply.text' ? [event.text] : []));
  const transcript = events.find(
    (event): event is Extract<LiveEvent, { type: 'transcript.final' }> => event.type === 'transcript.final',
  );
  return {
    transcript: transcript?.text ?? '',
    reply: texts.join(' '),
    audio: Buffer.concat(caller.heard.slice(before).map(({ bytes }) => bytes)),
  };
}

describe('a live call', () => {
  it('is a conversation: events in order, words that were said, audio in real time that says the reply', async () => {
    const caller = await connect('conversation');
    const { transcript, reply, audio } = await exchange(caller, toPcm16(of('rate')));
    expect(wordErrors('What is the interest rate on savings?', transcript)).toBe(0);
    expect(reply).toBe(say('unknown'));
    expect(wordErrors(say('unknown'), (await whisper.transcribe(fromPcm16(audio))).text)).toBeLessThanOrEqual(2);
    // A reply of two sentences has two texts.
    const order = names(caller)
      .filter((name) => name !== 'transcript.partial' && name !== 'turn.metrics')
      .filter((name, i, all) => all.indexOf(name) === i);
    expect(order).toEqual(['speech.started', 'transcript.final', 'reply.started', 'reply.text', 'reply.done']);
    const took = (caller.heard.at(-1)?.at ?? 0) - (caller.heard[0]?.at ?? 0);
    const lasts = (audio.length / 2 / 16_000) * 1000;
    expect(took).toBeGreaterThan(lasts - 400);
    expect((await exchange(caller, toPcm16(of('hello')))).reply.length).toBeGreaterThan(3);
    await caller.leave();
    const { history } = await until('both turns are recorded', async () => {
      const body = await session('conversation');
      return body.history.length === 2 && body;
    });
    expect(history[0]).toMatchObject({ heardReply: say('unknown'), interrupted: false });
    expect(Math.abs((history[0]?.spokenMs ?? 0) - lasts)).toBeLessThan(200);
  });

  it.each<[string, AudioFormat]>([
    ['PCM at 8 kHz', { encoding: 'pcm16', sampleRateHz: 8000 }],
    ['PCM at 24 kHz', { encoding: 'pcm16', sampleRateHz: 24000 }],
    ['PCM at 48 kHz', { encoding: 'pcm16', sampleRateHz: 48000 }],
    ['mu-law at 8 kHz', { encoding: 'mulaw', sampleRateHz: 8000 }],
  ])('speaks %s both ways', async (name, format) => {
    const caller = await connect(`format-${name.replaceAll(' ', '-')}`, format);
    const pcm = toPcm16(await resample({ samples: of('rate'), sampleRateHz: 16_000 }, format.sampleRateHz));
    const samples = new Int16Array(pcm.buffer, 0, pcm.length >> 1);
    const { transcript, audio } = await exchange(caller, format.encoding === 'mulaw' ? toMuLaw(samples) : pcm);
    expect(wordErrors('What is the interest rate on savings?', transcript)).toBeLessThanOrEqual(1);
    const back = format.encoding === 'mulaw' ? Float32Array.from(fromMuLaw(audio), (s) => s / 32_768) : fromPcm16(audio);
    const heard = await whisper.transcribe(await resample({ samples: back, sampleRateHz: format.sampleRateHz }, 16_000));
    expect(wordErrors(say('unknown'), heard.text)).toBeLessThanOrEqual(2);
    await caller.leave();
  });

  it('waits for a caller who stops in the middle of a sentence', async () => {
    const caller = await connect('hesitates');
    await caller.saySamples(of('half'));
    await sleep(600);
    const { transcript } = await exchange(caller, toPcm16(of('rest')));
    expect(transcript.toLowerCase()).toMatch(/would like to.*interest rate/);
    await caller.leave();
    await until('one turn is recorded', async () => (await session('hesitates')).history.length === 1);
  });

  it('falls silent when the caller speaks, and remembers only what was heard', async () => {
    const caller = await connect('interrupts');
    const started = caller.client.next('reply.started', { timeoutMs: 60_000 });
    await caller.saySamples(of('hello'));
    await started;
    const interrupted = caller.client.next('interrupted', { timeoutMs: 20_000 });
    const { transcript } = await exchange(caller, toPcm16(of('stop')));
    expect(transcript.toLowerCase()).toContain('another question');
    const { heardText, playedMs } = await interrupted;
    expect(playedMs).toBeLessThan(3_000);
    await caller.leave();
    const { history } = await until('the turns are recorded', async () => {
      const body = await session('interrupts');
      return body.history.length === 2 && body;
    });
    expect(history[0]).toMatchObject({ interrupted: true, heardReply: heardText });
    expect(history[0]?.reply.startsWith(heardText.slice(0, 5))).toBe(true);
  });

  it('is not begun or interrupted by noise, nor by the echo of the bot itself', async (context) => {
    const noise = recordedNoise();
    if (!noise) return context.skip();
    const caller = await connect('noisy');
    // Shorter than the time after which a silent caller is asked whether they are there.
    await caller.saySamples(noise.subarray(0, 16_000 * 2.5));
    expect(names(caller).filter((name) => name !== 'speech.started')).toEqual([]);
    caller.echo(0.25);
    const before = caller.events.length;
    const done = caller.client.next('reply.done', { timeoutMs: 60_000 });
    await caller.saySamples(of('hello'));
    await done;
    expect(
      caller.events.slice(before).map(({ event }) => event.type),
      JSON.stringify(caller.events.slice(before)),
    ).not.toContain('interrupted');
    await caller.leave();
  });

  it('goes on in the same conversation when the caller comes back', async () => {
    const first = await connect('comes-back');
    await exchange(first, toPcm16(of('rate')));
    first.client.terminate();
    const again = await until('the session is free', () => connect('comes-back').catch(() => false as const));
    expect(again.client.started.nextTurn).toBe(2);
    await exchange(again, toPcm16(of('rate')));
    await again.leave();
    await until('both turns are recorded', async () => (await session('comes-back')).history.length === 2);
  });

  it('asks whether a silent caller is still there, and then ends', async () => {
    const caller = await connect('silent');
    const ended = await caller.client.next('call.ended', { timeoutMs: 40_000 });
    expect(ended.reason).toBe('idle');
    await caller.client.closed;
    const heard = (await whisper.transcribe(fromPcm16(Buffer.concat(caller.heard.map(({ bytes }) => bytes))))).text;
    expect(heard.toLowerCase()).toContain('are you still there');
    expect(heard.toLowerCase()).toContain('goodbye');
    await until('the end is recorded', async () => (await session('silent')).endReason === 'idle');
  });

  it('ends after a goodbye', async () => {
    const caller = await connect('goodbye');
    const ended = caller.client.next('call.ended', { timeoutMs: 40_000 });
    expect((await exchange(caller, toPcm16(of('bye')))).reply).toBe(wording.goodbye);
    expect((await ended).reason).toBe('goodbye');
    await caller.client.closed;
  });

  it('is handed over to a person with what was said', async () => {
    const caller = await connect('wants-a-person');
    const ended = caller.client.next('call.ended', { timeoutMs: 40_000 });
    expect((await exchange(caller, toPcm16(of('person')))).reply).toBe(wording.transfer);
    expect((await ended).reason).toBe('transferred');
    expect(handedOver.at(-1)?.summary.request.toLowerCase()).toContain('real person');
    await until('the end is recorded', async () => (await session('wants-a-person')).endReason === 'transferred');
  });
});

describe('bad input on a live call', () => {
  const raw = async (id: string) => {
    const socket = new WebSocket(`${baseUrl().replace('http', 'ws')}/ws/${id}`);
    const messages: LiveEvent[] = [];
    socket.on('message', (data, binary) => {
      if (!binary) messages.push(JSON.parse(data.toString()));
    });
    await once(socket, 'open');
    const next = (type: string) => until(`${type} came`, () => messages.find((message) => message.type === type));
    return { socket, messages, next };
  };
  const start = { type: 'start', format: { encoding: 'pcm16', sampleRateHz: 16000 } };

  it.each([
    ['malformed JSON', '{"type":', 'invalid-request'],
    ['an unknown event', '{"type":"sing"}', 'invalid-request'],
    ['an unknown format', '{"type":"start","format":{"encoding":"mp3","sampleRateHz":44100}}', 'invalid-request'],
    ['another version', '{"type":"start","version":9,"format":{"encoding":"pcm16","sampleRateHz":16000}}', 'invalid-request'],
    ['audio before start', new Uint8Array(640), 'invalid-audio'],
  ])('%s is told, and the call can still begin', async (name, message, code) => {
    const { socket, next, messages } = await raw(`bad-${name.replaceAll(' ', '-')}`);
    socket.send(message);
    expect(await next('error')).toMatchObject({ problem: { code } });
    socket.send(JSON.stringify(start));
    await next('call.started');
    expect(messages.filter(({ type }) => type === 'error')).toHaveLength(1);
    socket.close();
  });

  it('half a sample and a second start are told, and the call goes on', async () => {
    const caller = await connect('odd');
    const error = caller.client.next('error');
    caller.client.sendAudio(new Uint8Array(641));
    expect(await error).toMatchObject({ problem: { code: 'invalid-audio', detail: expect.stringContaining('641') } });
    const second = caller.client.next('error');
    caller.client.socket.send(JSON.stringify(start));
    expect(await second).toMatchObject({ problem: { code: 'conflict' } });
    expect((await exchange(caller, toPcm16(of('rate')))).reply).toBe(say('unknown'));
    await caller.leave();
  });

  it('audio at ten times real time ends the connection with a code', async () => {
    const client = await LiveClient.connect({ baseUrl: baseUrl(), sessionId: 'too-fast' });
    const error = client.next('error');
    const flood = setInterval(() => client.socket.send(new Uint8Array(6_400)), 20);
    expect(await error).toMatchObject({ problem: { code: 'limit-reached' } });
    expect((await client.closed).code).toBe(4429);
    clearInterval(flood);
  });

  it('a gap of two seconds is silence', async () => {
    const client = await LiveClient.connect({ baseUrl: baseUrl(), sessionId: 'gap' });
    const done = client.next('transcript.final', { timeoutMs: 20_000 });
    const pcm = toPcm16(of('rate'));
    for (let from = 0; from < pcm.length; from += 640) {
      client.sendAudio(pcm.subarray(from, from + 640));
      await sleep(18);
    }
    // Nothing more is sent, not even silence.
    expect(wordErrors('What is the interest rate on savings?', (await done).text)).toBe(0);
    await client.close();
  });

  it('a client that does not read is cut off, and others do not notice', async () => {
    const { socket, next } = await raw('does-not-read');
    socket.send(JSON.stringify({ ...start, greet: true }));
    await next('call.started');
    socket.pause();
    const caller = await connect('next-to-it');
    expect((await exchange(caller, toPcm16(of('rate')))).reply).toBe(say('unknown'));
    await caller.leave();
    socket.terminate();
  });

  it('a hundred reconnects leave one call and nothing open', async () => {
    for (let i = 0; i < 100; i++) {
      const client = await until('the session is free', () =>
        LiveClient.connect({ baseUrl: baseUrl(), sessionId: 'reconnects' }).catch((error) => {
          if (error instanceof ConnectionClosed && error.code === 4409) return false as const;
          throw error;
        }),
      );
      client.sendAudio(new Uint8Array(640));
      client.terminate();
    }
    const caller = await until('the session is free', () => connect('reconnects').catch(() => false as const));
    expect(caller.client.started.nextTurn).toBe(1);
    expect((await exchange(caller, toPcm16(of('rate')))).reply).toBe(say('unknown'));
    await caller.leave();
  });
});
