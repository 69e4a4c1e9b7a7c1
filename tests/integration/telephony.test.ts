import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect as connectTcp } from 'node:net';
import OpenAI from 'openai';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { encodeFrame, frameKinds } from '../../api/telephony/audiosocket-frames.ts';
import { twilioSignature } from '../../api/telephony/twilio-signature.ts';
import { fromPcm16, toPcm16 } from '../../audio/pcm.ts';
import { resample } from '../../audio/resample.ts';
import { wordErrors } from '../../domain/language/word-errors.ts';
import { Kokoro } from '../../engines/kokoro/kokoro.ts';
import { Whisper } from '../../engines/whisper/whisper.ts';
import { freePort } from '../../services/ports.ts';
import type { Stack } from '../../services/stack.ts';
import { say } from '../support/assistant.ts';
import { gather, to16k } from '../support/audio.ts';
import { testRuntime } from '../support/runtime.ts';
import { dialAudioSocket, streamTwilio } from '../support/telephone.ts';
import { noBank, startTestStack, testEnvironment } from '../support/test-stack.ts';
import { until } from '../support/until.ts';

const kokoro = new Kokoro(testRuntime());
const whisper = new Whisper(testRuntime(), { model: 'base' });
const authToken = 'a-token-of-the-test';
const publicUrl = 'https://voicebot.bank.example';
const frameMs = 20;

let stack: Stack;
let audioSocketPort: number;
let twilioApi: Server;
/** What the REST API of Twilio was asked for. */
const moved: { path: string; body: string; authorization: string | undefined }[] = [];
let rate: Float32Array;
let person: Float32Array;

beforeAll(async () => {
  twilioApi = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      moved.push({ path: request.url ?? '', body, authorization: request.headers.authorization });
      response.end('{}');
    });
  }).listen(0, '127.0.0.1');
  await once(twilioApi, 'listening');
  audioSocketPort = await freePort();
  rate = await to16k(await gather(kokoro.speak('What is the interest rate on savings?')));
  person = await to16k(await gather(kokoro.speak('Can I talk to a real person?')));
  stack = await startTestStack(
    await testEnvironment({
      ...noBank,
      AUDIOSOCKET_PORT: String(audioSocketPort),
      TWILIO_AUTH_TOKEN: authToken,
      TWILIO_ACCOUNT_SID: 'AC1',
      TWILIO_API_URL: `http://127.0.0.1:${(twilioApi.address() as { port: number }).port}`,
      PUBLIC_URL: publicUrl,
      TRANSFER_TO: 'sip:agents@bank.example',
    }),
  );
  await stack.ready;
});
afterAll(async () => {
  await stack?.stop();
  twilioApi?.close();
  await Promise.all([kokoro.unload(), whisper.unload()]);
});

const at8k = async (samples: Float32Array) =>
  new Int16Array(toPcm16(await resample({ samples, sampleRateHz: 16_000 }, 8_000)).buffer);
const understood = async (samples: Float32Array) =>
  (await whisper.transcribe(await resample({ samples, sampleRateHz: 8_000 }, 16_000))).text.toLowerCase();
const session = async (id: string) =>
  (await (await fetch(`${stack.apiUrl}/sessions/${id}`)).json()) as { status: string; endReason: string; history: object[] };

describe('AudioSocket of Asterisk', () => {
  const uuid = '00112233-4455-6677-8899-aabbccddeeff';
  const dial = (id: string) => dialAudioSocket(audioSocketPort, id);
  const next = async (id: string, query = '') => (await fetch(`${stack.apiUrl}/telephony/asterisk/${id}/next${query}`)).text();

  it('carries a whole exchange: greeting, question, answer, hang-up', async () => {
    const { socket, heard, mic } = await dial(uuid);
    await until('the greeting is over', async () => (await understood(heard())).includes('help you'), 30_000);
    const before = heard().length;
    mic.say(await at8k(rate));
    await until('the answer was spoken', async () => (await understood(heard().subarray(before))).includes('tell you'), 30_000);
    expect(wordErrors(say('unknown'), await understood(heard().subarray(before)))).toBeLessThanOrEqual(2);
    mic.stop();
    socket.end(encodeFrame(frameKinds.hangup));
    await until('the call has ended', async () => (await session(uuid)).status === 'ended');
    expect(await session(uuid)).toMatchObject({ endReason: 'hangup', history: [{ turn: 1 }] });
    expect([await next(uuid, '?words=1'), await next(uuid)]).toEqual(['hangup', '']);
    expect(await next('00000000-0000-0000-0000-000000000000', '?words=1'), 'a call that nobody knows').toBe('hangup');
  });

  it('gives the caller back to the dialplan, which asks where to put them through', async () => {
    const id = '99112233-4455-6677-8899-aabbccddeeff';
    const { socket, mic, kinds, heard } = await dial(id);
    await until('the greeting is over', async () => (await understood(heard())).includes('help you'), 30_000);
    mic.say(await at8k(person));
    await once(socket, 'end');
    mic.stop();
    expect(kinds.at(-1)).toBe(frameKinds.hangup);
    expect(await next(id, '?words=1')).toBe('transfer:sip:agents@bank.example');
    expect(await next(id), 'as a dialplan of 0.4 asks').toBe('sip:agents@bank.example');
    await until('the end is recorded', async () => (await session(id)).endReason === 'transferred');
  });

  it('is the call of the tenant whose number was dialled, where the dialplan says so', async () => {
    const id = '77112233-4455-6677-8899-aabbccddeeff';
    const tell = (to: string) =>
      fetch(`${stack.apiUrl}/telephony/asterisk/${id}`, { method: 'POST', body: new URLSearchParams({ to }) });
    await fetch(`${stack.apiUrl}/tenants/north`, {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ numbers: ['+41440000000'] }),
    });
    expect((await tell('41440000001')).status, "nobody's number").toBe(204);
    expect(await next(id, '?words=1')).toBe('hangup');
    expect((await tell('41440000000')).status).toBe(204);
    const { socket, mic, heard } = await dial(id);
    await until('the greeting has begun', () => heard().length > 4_000, 30_000);
    const listed = (await (await fetch(`${stack.apiUrl}/sessions?tenant=north`)).json()) as { sessions: { id: string }[] };
    expect(listed.sessions.map((one) => one.id)).toEqual([id]);
    mic.stop();
    socket.end();
    await until('the call has ended', async () => (await session(id)).endReason === 'hangup');
  });

  it('refuses audio before an id, and unknown frames', async () => {
    for (const bytes of [encodeFrame(frameKinds.audio, new Uint8Array(320)), encodeFrame(0x42)]) {
      const socket = connectTcp(audioSocketPort, '127.0.0.1');
      const answer = once(socket, 'data');
      socket.write(bytes);
      expect((await answer)[0][0]).toBe(frameKinds.error);
      await once(socket, 'close');
    }
  });
});

describe('Twilio Media Streams', () => {
  const post = (form: Record<string, string>, signature: string, query = '') =>
    fetch(`${stack.apiUrl}/telephony/twilio${query}`, {
      method: 'POST',
      body: new URLSearchParams(form),
      headers: { 'x-twilio-signature': signature },
    });
  const signed = (form: Record<string, string>, query = '') =>
    twilioSignature(authToken, `${publicUrl}/telephony/twilio${query}`, form);
  const webhook = async (callSid: string, query = '') => {
    const form = { CallSid: callSid, From: '+49301', To: '+49302' };
    return (await post(form, signed(form, query), query)).text();
  };

  async function dial(callSid: string) {
    const twiml = await webhook(callSid);
    expect(twiml).toContain('wss://voicebot.bank.example/telephony/twilio/media');
    return streamTwilio(stack.apiUrl as string, callSid, twiml);
  }

  it('refuses a webhook that Twilio did not sign', async () => {
    const form = { CallSid: 'CA1' };
    expect((await post(form, 'wrong')).status).toBe(403);
    expect((await post(form, signed({ CallSid: 'CA2' }))).status).toBe(403);
  });

  it('refuses a stream without the token of its call', async () => {
    const socket = new WebSocket(`${stack.apiUrl?.replace('http', 'ws')}/telephony/twilio/media`);
    await once(socket, 'open');
    socket.send(
      JSON.stringify({ event: 'start', streamSid: 'MZ', start: { callSid: 'CA1', customParameters: { token: 'guess' } } }),
    );
    expect((await once(socket, 'close'))[0]).toBe(4403);
  });

  it('carries a whole exchange, with marks, clear and stop', async () => {
    const { socket, events, heard, mic, send } = await dial('CA-exchange');
    await until('the greeting is over', async () => (await understood(heard())).includes('help you'), 30_000);
    const before = heard().length;
    mic.say(await at8k(rate));
    await until('the reply is marked as played', () => events.some(({ mark }) => mark?.name === 'turn-1'), 30_000);
    expect(wordErrors(say('unknown'), await understood(heard().subarray(before)))).toBeLessThanOrEqual(2);
    mic.say(await at8k(rate));
    const said = heard().length;
    await until('the second reply has begun', () => heard().length > said + 1_600, 30_000);
    mic.say(await at8k(rate));
    await until('what was sent is cleared', () => events.some(({ event }) => event === 'clear'), 10_000);
    mic.stop();
    send({ event: 'stop', streamSid: 'MZ1', stop: { callSid: 'CA-exchange' } });
    await once(socket, 'close');
    await until('the call has ended', async () => (await session('CA-exchange')).endReason === 'hangup');
  });

  it('goes on with a call whose stream broke, and with none that has ended', async () => {
    const broken = await dial('CA-breaks');
    await until('the greeting has begun', () => broken.heard().length > 4_000, 30_000);
    expect(await webhook('CA-breaks')).toContain(
      '<Redirect method="POST">https://voicebot.bank.example/telephony/twilio?again=1</Redirect>',
    );
    broken.mic.stop();
    broken.socket.terminate();
    const twiml = await webhook('CA-breaks', '?again=1');
    expect(twiml).toContain('?again=2</Redirect>');
    const { socket, events, mic, send } = await streamTwilio(stack.apiUrl as string, 'CA-breaks', twiml);
    mic.say(await at8k(rate));
    await until('the reply is marked as played', () => events.some(({ mark }) => mark?.name === 'turn-1'), 30_000);
    mic.stop();
    expect(await session('CA-breaks')).toMatchObject({ status: 'active' });
    send({ event: 'stop', streamSid: 'MZ1', stop: { callSid: 'CA-breaks' } });
    await once(socket, 'close');
    await until('the call has ended', async () => (await session('CA-breaks')).endReason === 'hangup');
    expect(await webhook('CA-breaks', '?again=2')).toContain('<Response><Hangup/></Response>');
    expect(await webhook('CA-unknown', '?again=1')).toContain('<Response><Hangup/></Response>');
  });

  it('moves the call to a person when the caller presses 0', async () => {
    const { socket, mic, heard, send } = await dial('CA-zero');
    await until('the greeting has begun', () => heard().length > 4_000, 30_000);
    send({ event: 'dtmf', streamSid: 'MZ1', dtmf: { track: 'inbound_track', digit: '0' } });
    await once(socket, 'close');
    mic.stop();
    expect(moved.at(-1)).toMatchObject({
      path: '/2010-04-01/Accounts/AC1/Calls/CA-zero.json',
      authorization: `Basic ${Buffer.from(`AC1:${authToken}`).toString('base64')}`,
    });
    expect(new URLSearchParams(moved.at(-1)?.body).get('Twiml')).toContain('<Sip>sip:agents@bank.example</Sip>');
    await until('the end is recorded', async () => (await session('CA-zero')).endReason === 'transferred');
  });
});

describe('the OpenAI Realtime protocol', () => {
  function client() {
    const { hostname, port } = new URL(stack.apiUrl ?? '');
    // The library insists on a TLS address; a service behind a gateway has one, the test's has none.
    const options = { createConnection: () => connectTcp(Number(port), hostname) } as object;
    const realtime = new OpenAIRealtimeWS(
      { model: 'voicebot', options },
      new OpenAI({ apiKey: 'not-used', baseURL: `${stack.apiUrl}/v1` }),
    );
    return realtime;
  }

  it('is spoken by its own client library', async () => {
    const realtime = client();
    const transcripts: string[] = [];
    const audio: Uint8Array[] = [];
    const types: string[] = [];
    let words = '';
    realtime.on('event', (event) => types.push(event.type));
    realtime.on('conversation.item.input_audio_transcription.completed', ({ transcript }) => transcripts.push(transcript));
    realtime.on('response.output_audio.delta', ({ delta }) => audio.push(Buffer.from(delta, 'base64')));
    realtime.on('response.output_audio_transcript.delta', ({ delta }) => {
      words += delta;
    });
    await until('the session is there', () => types.includes('session.created'));
    realtime.send({
      type: 'session.update',
      session: { type: 'realtime', audio: { input: { turn_detection: { type: 'server_vad' } } } },
    });
    await until('the session is updated', () => types.includes('session.updated'));
    const pcm = toPcm16(await resample({ samples: rate, sampleRateHz: 16_000 }, 24_000));
    const silence = new Uint8Array(960);
    let at = 0;
    const mic = setInterval(() => {
      const frame = at < pcm.length ? pcm.subarray(at, at + 960) : silence;
      at += 960;
      realtime.send({ type: 'input_audio_buffer.append', audio: Buffer.from(frame).toString('base64') });
    }, frameMs);
    await until('the response is done', () => types.includes('response.done'), 30_000);
    clearInterval(mic);
    expect(wordErrors('What is the interest rate on savings?', transcripts.join(' '))).toBe(0);
    expect(words).toBe(say('unknown'));
    const heard = await whisper.transcribe(
      await resample({ samples: fromPcm16(Buffer.concat(audio)), sampleRateHz: 24_000 }, 16_000),
    );
    expect(wordErrors(say('unknown'), heard.text)).toBeLessThanOrEqual(1);
    expect(types).toEqual(
      expect.arrayContaining(['input_audio_buffer.speech_started', 'input_audio_buffer.committed', 'response.created']),
    );
    realtime.close();
  });

  it('answers what was committed by hand, and says what it does not support', async () => {
    const realtime = client();
    const types: string[] = [];
    const errors: string[] = [];
    let words = '';
    realtime.on('event', (event) => types.push(event.type));
    realtime.on('error', (error) => errors.push(error.message));
    realtime.on('response.output_audio_transcript.delta', ({ delta }) => {
      words += delta;
    });
    await until('the session is there', () => types.includes('session.created'));
    realtime.send({ type: 'session.update', session: { type: 'realtime', audio: { input: { turn_detection: null } } } } as never);
    const pcm = toPcm16(await resample({ samples: rate, sampleRateHz: 16_000 }, 24_000));
    realtime.send({ type: 'input_audio_buffer.append', audio: Buffer.from(pcm).toString('base64') });
    realtime.send({ type: 'input_audio_buffer.commit' });
    realtime.send({ type: 'response.create' });
    await until('the response is done', () => types.includes('response.done'), 30_000);
    expect(words).toBe(say('unknown'));
    realtime.send({ type: 'conversation.item.delete', item_id: 'x' });
    await until('the error came', () => errors.some((text) => text.includes('conversation.item.delete')));
    realtime.close();
  });
});
