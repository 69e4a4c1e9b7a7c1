import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OpenAiModel } from '../../engines/openai/openai.ts';
import { type FakeOpenAi, startFakeOpenAi } from '../fakes/openai-server.ts';

const messages = [{ role: 'user', content: 'Hello' }] as const;

describe('the OpenAI-compatible engine', () => {
  let server: FakeOpenAi;
  let model: OpenAiModel;

  beforeAll(async () => {
    server = await startFakeOpenAi();
    model = new OpenAiModel({ baseUrl: server.baseUrl, model: 'mistral', maxTokens: 40 });
  });
  beforeEach(() => {
    server.requests.length = 0;
  });
  afterAll(() => server.close());

  it('streams the pieces of a reply and asks for what it was told', async () => {
    server.behaviour = { pieces: ['Good ', 'day.'] };
    const pieces: string[] = [];
    for await (const piece of model.reply(messages, { temperature: 0.2, seed: 7 })) pieces.push(piece);
    expect(pieces).toEqual(['Good ', 'day.']);
    expect(server.requests).toEqual([
      expect.objectContaining({
        model: 'mistral',
        messages: [...messages],
        stream: true,
        max_tokens: 40,
        temperature: 0.2,
        seed: 7,
      }),
    ]);
  });

  it.each([
    [401, false],
    [404, false],
    [429, true],
    [503, true],
  ])('reports a refusal with status %i once, retryable: %s', async (status, retryable) => {
    server.behaviour = { pieces: [], status };
    const reading = (async () => {
      for await (const _ of model.reply(messages));
    })();
    await expect(reading).rejects.toMatchObject({
      code: 'engine-failed',
      retryable,
      message: expect.stringContaining(String(status)),
    });
    expect(server.requests).toHaveLength(1);
  });

  it('ends at once when it is aborted while the server is silent', async () => {
    server.behaviour = { pieces: ['Well, '], hang: true };
    const stop = new AbortController();
    const reading = (async () => {
      for await (const _ of model.reply(messages, { signal: stop.signal })) stop.abort();
    })();
    await expect(reading).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('says which server does not answer', async () => {
    const gone = new OpenAiModel({ baseUrl: 'http://127.0.0.1:9/v1', model: 'mistral' });
    const reading = (async () => {
      for await (const _ of gone.reply(messages));
    })();
    await expect(reading).rejects.toMatchObject({
      code: 'engine-unavailable',
      retryable: true,
      message: expect.stringContaining('127.0.0.1:9'),
      hint: expect.stringContaining('OPENAI_BASE_URL'),
    });
  });
});
