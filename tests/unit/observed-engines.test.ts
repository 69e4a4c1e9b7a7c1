import { expect, it } from 'vitest';
import type { Engines } from '../../services/engines.ts';
import { observedEngines } from '../../services/observed-engines.ts';
import { Metrics } from '../../telemetry/metrics.ts';
import { standInEngines } from '../fakes/stand-in-engines.ts';

it('what engines work is counted by what does the work, and what their models take when they are loaded', async () => {
  const metrics = new Metrics();
  const fake = standInEngines();
  let loaded = false;
  const stt: Engines['stt'] = {
    ...fake.stt,
    name: 'on-a-gpu',
    device: 'cuda',
    get loaded() {
      return loaded;
    },
    load: async () => {
      loaded = true;
    },
    unload: async () => {
      loaded = false;
    },
  };
  const engines = observedEngines({ ...fake, stt }, metrics);
  await engines.stt.load();
  await engines.stt.transcribe(new Float32Array(1_600));
  for await (const _ of engines.tts.speak('Good morning.'));
  const text = (await metrics.text()).body;
  expect(text).toMatch(/voicebot_engine_work_seconds_total\{engine="on-a-gpu",device="cuda"\} [0-9.e-]+/);
  expect(text).toContain(`voicebot_engine_work_seconds_total{engine="${fake.tts.name}",device="cpu"}`);
  expect(text).toMatch(/voicebot_engine_memory_bytes\{engine="on-a-gpu"\} \d+/);
  await engines.stt.unload();
  expect((await metrics.text()).body).toContain('voicebot_engine_memory_bytes{engine="on-a-gpu"} 0');
});
