import { once } from 'node:events';
import { connect } from 'node:net';
import { WebSocket } from 'ws';
import { rules } from '../../api/access/rules.ts';
import { encodeFrame, frameKinds } from '../../api/telephony/audiosocket-frames.ts';
import { encodeWav } from '../../audio/wav.ts';
import { mutateBytes, mutateJson, mutateText } from './mutate.ts';

type Random = () => number;

export interface FuzzTarget {
  /** Of the API. */
  readonly url: string;
  readonly audioSocketPort?: number | undefined;
}

const pick = <T>(random: Random, items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;

/** Without halves of characters, which no client could send. */
const wellFormed = (text: string): string => Buffer.from(text).toString('utf8');

/** Bodies that a route can read. */
const bodies: Readonly<Record<string, unknown>> = {
  '/sessions/{id}/turns': { text: 'What is my balance?', turn: 1 },
  '/sessions/{id}/turns/{turn}/review': { verdict: 'wrong', better: 'Something else.' },
  '/tts/test': { text: 'Hello.', voice: 'af_bella', engine: 'auto', speed: 1 },
  '/knowledge/articles': {
    articles: [{ file: 'fuzz.md', markdown: '---\nid: fuzz\ntitle: F\nquestions: ["q"]\n---\n\nText.\n' }],
  },
  '/cache/threshold': { threshold: 0.5 },
  '/cache/reviews/{review}': { verdict: 'right' },
  '/assistants/check': { files: { 'assistant.yaml': 'name: X\n' } },
  '/adapters/active': { name: null, sessionId: 'fuzz' },
  '/batches': {
    id: 'fuzz',
    name: 'f',
    check: false,
    slots: ['amount'],
    values: { a: 'b' },
    items: [{ key: 'fuzz/a', text: 'Hi {{a}}.' }],
  },
  '/messages/{key}/speech': { values: { amount: '5' }, version: 1 },
  '/messages/{key}/versions/{version}/approve': { by: 'Ann' },
  '/keys': { name: 'fuzz', role: 'agent', permissions: ['read'], expiresInDays: 1 },
  '/tokens': { session: 'fuzz', expiresInSeconds: 60, addresses: ['10.0.0.0/8'] },
  '/temporal/codec/decode': { payloads: [{ metadata: { encoding: 'anNvbi9wbGFpbg==' }, data: 'e30=' }] },
  '/v1/audio/speech': { model: 'tts-1', input: 'Hello.', voice: 'alloy', response_format: 'wav' },
};
const queries = [
  'limit=10',
  'cursor=abc',
  'tenant=default',
  'after=0',
  'state=draft',
  'status=active',
  'version=1',
  'rendition=wav',
  'from=2026-01-01T00:00:00Z',
];
const wav = encodeWav(new Uint8Array(6_400), 16_000);

/** What would load or train a model, or wait for a training, is not asked for again and again. */
const left = new Set([
  '/adapters/{name}/train',
  '/adapters/{name}/load',
  '/tts/engines/{engine}/load',
  '/tts/engines/{engine}/unload',
]);
const routes = rules.filter(({ socket, path }) => !socket && !left.has(path) && !path.startsWith('/media'));

/** One request that nobody foresaw. @returns what is wrong with the answer. */
export async function fuzzRequest({ url }: FuzzTarget, random: Random): Promise<string | undefined> {
  const { method, path } = pick(random, routes);
  const filled = path.replace(/\{\w+\}/g, () => {
    const value = pick(random, ['fuzz', '1', 'fuzz-2', '00000000-0000-0000-0000-000000000000']);
    return encodeURIComponent(random() < 0.3 ? wellFormed(mutateText(value, random).slice(0, 300)) : value);
  });
  const query =
    random() < 0.4
      ? `?${pick(random, queries)}`
      : random() < 0.3
        ? `?${encodeURI(wellFormed(mutateText(pick(random, queries), random)))}`
        : '';
  const body = bodyFor(method, path, random);
  const address = url + (filled + query).slice(0, 4_000);
  try {
    const init = body ? { method, headers: { 'Content-Type': body.type }, body: body.content as string } : { method };
    const response = await fetch(address, { ...init, signal: AbortSignal.timeout(60_000) });
    const isText = response.headers.get('content-type')?.includes('json') === true;
    const text = isText ? await response.text() : '';
    if (!isText) await response.body?.cancel();
    // A service that waits for another one says so; everything else that is not the client's fault is a fault here.
    if (response.status < 500 || response.status === 503 || response.status === 504) return undefined;
    return `${method} ${filled}${query} ${JSON.stringify(body?.content)?.slice(0, 300)}: ${response.status} ${text.slice(0, 300)}`;
  } catch (error) {
    // Addresses that fetch itself does not take.
    if (error instanceof TypeError && /URL|method|header/i.test(`${error.message} ${String(error.cause)}`)) return undefined;
    return `${method} ${filled}${query}: ${String(error)} ${String((error as Error).cause ?? '')}`;
  }
}

function bodyFor(
  method: string,
  path: string,
  random: Random,
): { readonly type: string; readonly content: string | Uint8Array } | undefined {
  if (method === 'GET' || (method === 'DELETE' && random() < 0.8)) return undefined;
  const known = bodies[path];
  if (known === undefined || random() < 0.1) {
    const type = pick(random, [
      'audio/wav',
      'text/csv',
      'application/octet-stream',
      'multipart/form-data; boundary=x',
      'application/json',
      'text/plain',
    ]);
    return { type, content: mutateBytes(wav, random) };
  }
  const json = JSON.stringify(mutateJson(known, random)) ?? 'null';
  return { type: 'application/json', content: random() < 0.2 ? wellFormed(mutateText(json, random)) : json };
}

const messages = [
  { type: 'start', version: 1, format: { encoding: 'pcm16', sampleRateHz: 16_000 }, greet: false, language: 'en' },
  { type: 'dtmf', digit: '5' },
  { type: 'configure', events: true, voice: 'af_bella', speed: 1 },
  { type: 'session.update', session: { type: 'realtime', audio: { input: { turn_detection: null } } } },
  { type: 'input_audio_buffer.append', audio: Buffer.alloc(640).toString('base64') },
  { type: 'input_audio_buffer.commit' },
  { type: 'response.create' },
  { type: 'authenticate', token: 'x' },
  { event: 'start', streamSid: 's', start: { callSid: 'c', customParameters: { token: 't' } } },
  { event: 'media', media: { payload: 'AAAA' } },
];

/** One socket with some messages. */
export async function fuzzSocket({ url }: FuzzTarget, random: Random, n: number, count: number): Promise<void> {
  const path = pick(random, [`/ws/fuzz-${n % 20}`, '/v1/realtime', '/telephony/twilio/media']);
  const socket = new WebSocket(url.replace('http', 'ws') + path);
  socket.on('error', () => {});
  await Promise.race([once(socket, 'open'), once(socket, 'close')]).catch(() => undefined);
  for (let i = 0; i < count && socket.readyState === WebSocket.OPEN; i++) {
    if (random() < 0.3) socket.send(mutateBytes(wav, random));
    else {
      const text = JSON.stringify(random() < 0.6 ? mutateJson(pick(random, messages), random) : pick(random, messages)) ?? '';
      socket.send(random() < 0.2 ? wellFormed(mutateText(text, random)) : text);
    }
  }
  socket.close();
  const gone = once(socket, 'close');
  const timer = setTimeout(() => socket.terminate(), 2_000);
  await gone.catch(() => undefined);
  clearTimeout(timer);
}

/** One connection of an Asterisk that has lost its mind. */
export async function fuzzAudioSocket({ audioSocketPort }: FuzzTarget, random: Random): Promise<void> {
  if (audioSocketPort === undefined) return;
  const id = Buffer.from(Array.from({ length: 16 }, () => Math.floor(random() * 256)));
  const frames = [
    encodeFrame(frameKinds.id, id),
    encodeFrame(frameKinds.audio, new Uint8Array(320)),
    encodeFrame(frameKinds.hangup),
  ];
  const socket = connect(audioSocketPort, '127.0.0.1');
  socket.on('error', () => {}).resume();
  socket.end(mutateBytes(Buffer.concat(frames), random));
  const timer = setTimeout(() => socket.destroy(), 2_000);
  await once(socket, 'close').catch(() => undefined);
  clearTimeout(timer);
}
