import { openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentListener } from '../../artifacts/types.ts';
import { loadConfig } from '../../config/load.ts';
import { type Stack, startStack } from '../../services/stack.ts';
import { allQueues } from '../../services/workers.ts';
import { spanContextOf } from '../../telemetry/call-trace.ts';
import { createLogger } from '../../telemetry/logger.ts';
import { fakeUtterance } from '../chaos/caller.ts';
import { startCollector } from '../fakes/otlp-collector.ts';
import { standInEngines, standInRateHz } from '../fakes/stand-in-engines.ts';
import { LiveCaller } from '../support/live-caller.ts';
import { testEnvironment } from '../support/test-stack.ts';
import { until } from '../support/until.ts';

const said = ['Do you open early on Mondays?', 'What is my balance?', '48213957', '24680', 'Where does my penguin live?'];
let collector: Awaited<ReturnType<typeof startCollector>>;
let stack: Stack;
let logFile: string;
const post = (path: string, body?: object) =>
  fetch(stack.apiUrl + path, {
    method: 'POST',
    ...(body ? { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } } : {}),
  });

beforeAll(async () => {
  collector = await startCollector();
  const environment = await testEnvironment({
    ...{ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_EXPORTER_OTLP_HEADERS: 'x-key=secret%20one' },
    ...{ TRACE_SAMPLE_RATIO: '1', LOG_LEVEL: 'trace' },
  });
  const config = loadConfig(environment);
  logFile = join(environment.DATA_DIR ?? '', 'all.log');
  stack = await startStack({
    ...{ config, logger: createLogger('trace', openSync(logFile, 'a')), listener: silentListener, queues: allQueues, api: true },
    ...{ signal: new AbortController().signal, engines: standInEngines() },
  });
  await stack.ready;
  await post('/sessions/traced');
  for (const text of said.slice(0, 4)) await post('/sessions/traced/turns', { text });
  const format = { encoding: 'pcm16', sampleRateHz: standInRateHz } as const;
  const caller = await LiveCaller.connect({ baseUrl: stack.apiUrl ?? '', sessionId: 'traced', format });
  const done = caller.client.next('reply.done', { timeoutMs: 30_000 });
  await caller.saySamples(fakeUtterance(said[4] ?? '').samples);
  await done;
  await caller.leave();
  await fetch(`${stack.apiUrl}/sessions/traced`, { method: 'DELETE' });
  await until('the call is traced', () => collector.spans.some(({ name }) => name === 'call'));
}, 120_000);
afterAll(async () => {
  await stack?.stop();
  await collector?.stop();
});

describe('a call', () => {
  const ofCall = () => collector.spans.filter(({ traceId }) => traceId === spanContextOf('call-traced').traceId);
  const named = (name: string) => ofCall().filter((span) => span.name === name);

  it('is one trace, with a span for each turn below it and one for each step below its turn', () => {
    const [call] = named('call');
    expect(call).toMatchObject({
      parentSpanId: '',
      attributes: { 'voicebot.session': 'traced', 'voicebot.end_reason': 'hangup' },
    });
    for (const turn of [1, 2, 3, 4, 5]) {
      const spans = named(`turn ${turn}`);
      expect(spans, `turn ${turn}`).toHaveLength(1);
      expect(spans[0]).toMatchObject({ parentSpanId: call?.spanId, attributes: { 'voicebot.status': 'answered' } });
      const steps = ofCall().filter(({ name, parentSpanId }) => name.startsWith('step ') && parentSpanId === spans[0]?.spanId);
      expect(steps.map(({ name }) => name)).toContain('step understand');
      for (const step of steps) {
        expect(step.attributes).toMatchObject({
          ...{ 'temporal.workflow_id': 'call-traced', 'temporal.run_id': expect.stringMatching(/^[0-9a-f-]{36}$/) },
          ...{ 'temporal.attempt': 1, 'voicebot.turn': turn, 'voicebot.tenant': 'default' },
        });
      }
    }
  });

  it('shows engines and requests to the bank below their steps, and how long the caller waited', () => {
    const below = (name: string) =>
      named(name).map(({ parentSpanId }) => ofCall().find(({ spanId }) => spanId === parentSpanId)?.name);
    expect(below('bank verify')).toEqual(['step perform']);
    expect(named('bank accounts').length).toBeGreaterThan(0);
    expect(ofCall().some(({ name }) => name.startsWith('engine '))).toBe(true);
    const [wait] = named('caller waits');
    const [turn] = named('turn 5');
    expect(wait).toMatchObject({ parentSpanId: turn?.spanId });
    expect(wait?.durationMs).toBeGreaterThan(0);
    const [endpointing] = named('endpointing');
    expect(endpointing?.durationMs).toBeLessThan(wait?.durationMs ?? 0);
  });

  it('sends the receiver its key, and no word of what was said', () => {
    expect(collector.headers[0]).toMatchObject({ 'x-key': 'secret one' });
    const all = JSON.stringify(collector.spans);
    for (const word of ['penguin', 'Mondays', '48213957', '24680', 'Miller']) expect(all).not.toContain(word);
  });
});

describe('the metrics', () => {
  it('tell how long callers waited with the trace of one of them, to who reads OpenMetrics, and what Temporal measures', async () => {
    const open = await fetch(`${stack.apiUrl}/metrics`, { headers: { Accept: 'application/openmetrics-text; version=1.0.0' } });
    expect(open.headers.get('content-type')).toContain('application/openmetrics-text');
    const text = await open.text();
    expect(text).toMatch(
      new RegExp(`voicebot_voice_to_voice_seconds_bucket\\{.*\\} 1 # \\{trace_id="${spanContextOf('call-traced').traceId}"`),
    );
    expect(text.match(/# EOF/g)).toHaveLength(1);
    expect(text.endsWith('# EOF\n')).toBe(true);
    const plain = await (await fetch(`${stack.apiUrl}/metrics`)).text();
    expect(plain).not.toContain('trace_id');
    for (const line of [
      /^voicebot_turns_total\{tenant="default",status="answered",source="bank"\} \d/m,
      /^voicebot_understood_total\{result="asked"\} [1-9]/m,
      /^voicebot_calls_total\{tenant="default",reason="hangup"\} 1/m,
      /^voicebot_wait_part_seconds_count\{part="endpointing"\} 1/m,
      /^voicebot_engine_loaded\{engine=/m,
      /^temporal_workflow_task_execution_latency_seconds_count\{.*\} \d/m,
      /^temporal_request_total\{.*\} \d/m,
    ])
      expect(plain.split('\n').filter((one) => one.startsWith(line.source.slice(1, 20)))).toContainEqual(
        expect.stringMatching(line),
      );
  });
});

describe('the log', () => {
  it('holds ids of calls, turns, tenants and traces, and nothing that anybody said or heard', async () => {
    // Lines are written a little later than what they tell of.
    const text = await until('the log is written', async () => {
      const written = await readFile(logFile, 'utf8');
      return written.includes('"step":"recordCallEnded"') && written;
    });
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toContainEqual(
      expect.objectContaining({
        ...{ tenant: 'default', sessionId: 'traced', turn: 4, step: 'perform' },
        traceId: spanContextOf('call-traced').traceId,
      }),
    );
    for (const word of ['penguin', 'Mondays', 'balance of', '48213957', '24680', 'Miller', '/media/'])
      expect(text).not.toContain(word);
  });
});
