import { createHash } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AdapterFiles } from '../../activities/adapter-files.ts';
import { Llama } from '../../engines/llama/llama.ts';
import { OpenAiModel } from '../../engines/openai/openai.ts';
import type { adapterTraining } from '../../workflows/adapter-training.ts';
import { adapterTrainingWorkflow, taskQueues } from '../../workflows/definitions.ts';
import { ggufAdapter } from '../support/gguf-adapter.ts';
import { testRuntime } from '../support/runtime.ts';
import { callsWorker, quietTemporal, type RunningTestWorker, run, startTestServer } from '../support/temporal.ts';

const messages = [{ role: 'user', content: 'How are you?' }] as const;

describe('adapters of a GGUF model', () => {
  const llama = new Llama(testRuntime(), { parallel: 2 });
  afterAll(() => llama.unload());
  const say = async (adapter?: string) => {
    let reply = '';
    for await (const piece of llama.reply(messages, { maxTokens: 12, temperature: 0, ...(adapter ? { adapter } : {}) }))
      reply += piece;
    return reply;
  };

  it('are loaded beside the model while it speaks, speak otherwise, and are freed again', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'voicebot-adapter-'));
    const path = join(folder, 'strong.gguf');
    await writeFile(path, ggufAdapter(2));
    const before = await say();
    const speaking = say();
    await llama.loadAdapter({ name: 'strong', path });
    expect(await speaking).toBe(before);
    expect(llama.adapters).toEqual(['strong']);
    expect(await say('strong')).not.toBe(before);
    expect(await say()).toBe(before);
    await llama.unloadAdapter('strong');
    expect(llama.adapters).toEqual([]);
    await expect(say('strong')).rejects.toMatchObject({ code: 'not-found' });
  });

  it('that are none are refused by name', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'voicebot-adapter-'));
    const path = join(folder, 'none.gguf');
    await writeFile(path, 'no adapter');
    await expect(llama.loadAdapter({ name: 'none', path })).rejects.toMatchObject({ code: 'engine-failed' });
    expect(llama.adapters).toEqual([]);
  });

  it('come from the blob store, checked, and a caller is answered where they cannot be had', async () => {
    const bytes = ggufAdapter(2);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const warnings: string[] = [];
    const files = new AdapterFiles({
      blobs: { find: async (key) => (key === 'adapters/a.gguf' ? bytes : undefined) },
      folder: await mkdtemp(join(tmpdir(), 'voicebot-adapter-')),
      warn: (message) => warnings.push(message),
    });
    expect(await files.ready(llama, { name: 'from-blobs', file: 'adapters/a.gguf', sha256 })).toBe('from-blobs');
    expect(await files.ready(llama, { name: 'other-file', file: 'adapters/a.gguf', sha256: '0'.repeat(64) })).toBeUndefined();
    expect(await files.ready(llama, { name: 'gone', file: 'adapters/b.gguf', sha256: '1'.repeat(64) })).toBeUndefined();
    expect(warnings).toHaveLength(2);
    await llama.unloadAdapter('from-blobs');
  });
});

describe('adapters of a model server (vLLM)', () => {
  const requests: { path: string; body: Record<string, unknown> }[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString());
    requests.push({ path: request.url ?? '', body });
    response.writeHead(200, { 'content-type': 'application/json' });
    if (!request.url?.includes('chat')) return response.end('"done"');
    const call = { id: '1', type: 'function', function: { name: 'balance', arguments: '{}' } };
    response.end(JSON.stringify({ choices: [{ index: 0, message: { role: 'assistant', tool_calls: [call] } }] }));
  });
  let model: OpenAiModel;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    model = new OpenAiModel({ baseUrl: `http://127.0.0.1:${port}/v1`, model: 'mistral' });
  });
  afterAll(() => void server.close());

  it('are loaded and unloaded by its own requests, and named as the model', async () => {
    await model.loadAdapter({ name: 'house', path: '/adapters/house' });
    await model.loadAdapter({ name: 'house', path: '/adapters/house' });
    await model.unloadAdapter('house');
    expect(requests).toEqual([
      { path: '/v1/load_lora_adapter', body: { lora_name: 'house', lora_path: '/adapters/house' } },
      { path: '/v1/unload_lora_adapter', body: { lora_name: 'house' } },
    ]);
  });

  it('a model with tools chooses one of those that it was given', async () => {
    const tools = [
      { name: 'balance', description: 'The balance.' },
      { name: 'person', description: 'A person.' },
    ];
    expect(await model.chooseTool?.(messages, tools)).toBe('balance');
    expect(await model.chooseTool?.(messages, tools.slice(1))).toBeUndefined();
  });
});

describe('the training of an adapter', () => {
  const work = { registered: [] as unknown[], heldOutLoss: 0.8, failures: 0, turns: 40 };
  let environment: Awaited<ReturnType<typeof startTestServer>>;
  let workers: RunningTestWorker[];
  beforeAll(async () => {
    quietTemporal();
    environment = await startTestServer();
    const connection = environment.nativeConnection;
    const timing = { queueMs: 0, workMs: 0 };
    const records = {
      buildDataset: async () => ({ dataset: 'training/x/dataset.jsonl', turns: work.turns, timing }),
      registerAdapter: async (adapter: unknown) => void work.registered.push(adapter),
    };
    // A fake of the Python worker: it fails as often as the test asks.
    const trainer = {
      trainAdapter: async () => {
        if (work.failures-- > 0) throw new Error('the worker died');
        return { checkpoint: 'c', resumedAtStep: 5, steps: 10, trainedTurns: 32 };
      },
      evaluateAdapter: async () => ({ heldOutLoss: work.heldOutLoss, baseLoss: 1, heldOutTurns: 8, samples: [] }),
      convertAdapter: async () => ({ file: 'adapters/x.gguf', sha256: 'f'.repeat(64) }),
    };
    workers = await Promise.all([
      Worker.create({ connection, ...(await callsWorker()) }).then(run),
      Worker.create({ connection, taskQueue: taskQueues.records, activities: records }).then(run),
      Worker.create({ connection, taskQueue: 'training', activities: trainer }).then(run),
    ]);
  });
  afterAll(async () => {
    await Promise.all((workers ?? []).map((worker) => worker.stop()));
    await environment?.teardown();
  });
  const train = (name: string) =>
    environment.client.workflow.execute<typeof adapterTraining>(adapterTrainingWorkflow, {
      workflowId: `adapter-training-${name}`,
      taskQueue: taskQueues.calls,
      args: [
        {
          ...{ name, tenant: 'default', baseModel: 'smollm2', baseModelPath: '/model', minTurns: 20 },
          ...{ rank: 8, alpha: 16, steps: 10, batchSize: 4, learningRate: 1e-3 },
        },
      ],
    });

  it('goes on after a worker that died, and registers what does better', async () => {
    work.failures = 1;
    const result = await train('better');
    expect(result).toMatchObject({ registered: true, metrics: { heldOutLoss: 0.8, baseLoss: 1, heldOutTurns: 8 } });
    expect(work.registered).toMatchObject([{ name: 'better', baseModel: 'smollm2', file: 'adapters/x.gguf' }]);
  });

  it('registers nothing that does no better', async () => {
    Object.assign(work, { registered: [], heldOutLoss: 1.1 });
    expect(await train('worse')).toMatchObject({ registered: false });
    expect(work.registered).toEqual([]);
  });

  it('says how many reviewed turns are missing', async () => {
    work.turns = 3;
    await expect(train('early')).rejects.toMatchObject({ cause: { message: '3 reviewed turns are there, and 20 are needed.' } });
  });
});
