import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OpenAiSpeech } from '../../engines/openai/openai-speech.ts';
import type { SpeechChunk } from '../../engines/types.ts';

/** A fake of a speech server: sends samples 0, 1, 2 … in pieces of odd lengths, or refuses. */
const requests: Record<string, unknown>[] = [];
const behaviour = { status: 200, hang: false };
let server: Server;
let speech: OpenAiSpeech;
beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    requests.push(JSON.parse(Buffer.concat(chunks).toString()));
    response.writeHead(behaviour.status, { 'content-type': behaviour.status === 200 ? 'audio/pcm' : 'application/json' });
    if (behaviour.status !== 200) return response.end(JSON.stringify({ error: { message: 'as the test asks' } }));
    const pcm = Buffer.from(Int16Array.from({ length: 100 }, (_, i) => i).buffer);
    for (const [from, to] of [
      [0, 33],
      [33, 34],
      [34, 200],
    ] as const) {
      response.write(pcm.subarray(from, to));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    if (!behaviour.hang) response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  speech = new OpenAiSpeech({ baseUrl: `http://127.0.0.1:${port}/v1`, model: 'dia', voice: 'alloy' });
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

async function spoken(...args: Parameters<OpenAiSpeech['speak']>): Promise<SpeechChunk[]> {
  const chunks: SpeechChunk[] = [];
  for await (const chunk of speech.speak(...args)) chunks.push(chunk);
  return chunks;
}

describe('a speech server', () => {
  it('is asked for samples, which come whole whatever the packets', async () => {
    const chunks = await spoken('Hello.', { voice: 'nova', speed: 1.5 });
    expect(chunks.flatMap(({ samples }) => [...samples])).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(chunks.map(({ text }) => text).join('')).toBe('Hello.');
    expect(requests.at(-1)).toEqual({ model: 'dia', input: 'Hello.', voice: 'nova', speed: 1.5, response_format: 'pcm' });
    await spoken('Hello.');
    expect(requests.at(-1)).toMatchObject({ voice: 'alloy' });
  });

  it('that refuses fails for good, and one that is busy or away is tried again', async () => {
    behaviour.status = 400;
    await expect(spoken('Hello.')).rejects.toMatchObject({
      code: 'engine-failed',
      retryable: false,
      hint: expect.stringContaining('SPEECH_MODEL'),
    });
    behaviour.status = 503;
    await expect(spoken('Hello.')).rejects.toMatchObject({ code: 'engine-failed', retryable: true });
    behaviour.status = 200;
    const away = new OpenAiSpeech({ baseUrl: 'http://127.0.0.1:9/v1', model: 'x', voice: 'y' });
    await expect(away.speak('Hello.')[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: 'engine-unavailable',
      retryable: true,
    });
  });

  it('is left when nobody wants its speech any more', async () => {
    behaviour.hang = true;
    const stop = new AbortController();
    const speaking = spoken('Hello.', { signal: stop.signal });
    setTimeout(() => stop.abort(), 50);
    await expect(speaking).rejects.toMatchObject({ code: 'cancelled' });
    behaviour.hang = false;
  });
});
