import { expect, it } from 'vitest';
import { Metrics } from '../../telemetry/metrics.ts';

const shown = async (traceId: string | undefined): Promise<string> => {
  const metrics = new Metrics();
  metrics.waited('model', 0.4, traceId);
  const { body } = await metrics.text('application/openmetrics-text');
  return body;
};

it('counts the wait of a call whose trace is not kept', async () => {
  const text = await shown(undefined);
  expect(text).toContain('voicebot_voice_to_voice_seconds_count{source="model"} 1');
  expect(text).not.toContain('trace_id');
});

it('shows the trace of a call that is kept beside its wait', async () => {
  expect(await shown('0af7651916cd43dd8448eb211c80319c')).toContain('trace_id="0af7651916cd43dd8448eb211c80319c"');
});
