import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sessionOf, workflowIdOf } from '../../domain/session-id.ts';
import { spanContextOf } from '../../telemetry/call-trace.ts';

const vectors = JSON.parse(readFileSync(new URL('../vectors/traces.json', import.meta.url), 'utf8')) as {
  workflowId: string;
  traceId: string;
  spanId: string;
}[];

describe('the trace of a workflow', () => {
  it.each(vectors)('is the same in every process, in TypeScript and in Python: $workflowId', ({ workflowId, ...ids }) => {
    expect(spanContextOf(workflowId)).toMatchObject(ids);
  });
});

describe('the session of a workflow', () => {
  it.each(['default', 'north'])('is that of the call, for the tenant %s', (tenant) => {
    expect(sessionOf(workflowIdOf('a.b-c_1', tenant))).toBe('a.b-c_1');
  });
  it('is none where the workflow is no call', () => expect(sessionOf('batch-north/letters')).toBeUndefined());
});
