import { createDecoder } from 'libopus-wasm';
import { BufferSource, EncodedPacketSink, Input, OGG } from 'mediabunny';
import { afterAll, describe, expect, it } from 'vitest';
import { measureLoudness } from '../../engines/mastering/loudness.ts';
import { Mastering } from '../../engines/mastering/mastering.ts';
import { clippedStretches, longestSilenceMs } from '../../engines/mastering/measures.ts';
import { masterRateHz, narrowRateHz } from '../../engines/mastering/thread-types.ts';
import { WorkGate } from '../../engines/runtime/work-gate.ts';

const sine = (seconds: number, amplitude: number, hz = 1_000) =>
  Float32Array.from({ length: seconds * masterRateHz }, (_, i) => amplitude * Math.sin((2 * Math.PI * hz * i) / masterRateHz));
const sound = (samples: Float32Array, sampleRateHz = masterRateHz) => ({ samples, sampleRateHz });
const pcm = (samples: Float32Array) => Int16Array.from(samples, (sample) => Math.round(sample * 32_767));

describe('loudness', () => {
  it('of a 1 kHz sine at -20 dB below full scale is -23 LUFS, as EBU Tech 3341 has it for one channel', async () => {
    const { lufs, truePeak } = await measureLoudness(sine(3, 0.1), masterRateHz);
    expect(lufs).toBeCloseTo(-23, 0);
    expect(20 * Math.log10(truePeak)).toBeCloseTo(-20, 1);
  });

  it('of a sound shorter than a measuring block is that of the sound repeated; of none it is none', async () => {
    const { lufs } = await measureLoudness(sine(0.2, 0.1), masterRateHz);
    expect(lufs).toBeCloseTo(-23, 0);
    expect((await measureLoudness(new Float32Array(0), masterRateHz)).lufs).toBe(Number.NEGATIVE_INFINITY);
  });
});

describe('measures', () => {
  it('count stretches at full scale, and not single peaks', () => {
    expect(clippedStretches(pcm(sine(1, 0.99)))).toBe(0);
    expect(clippedStretches(pcm(sine(0.1, 2).map((sample) => Math.max(-1, Math.min(1, sample)))))).toBeGreaterThan(50);
  });

  it('find the longest silence within the sound, not around it', () => {
    const half = Array.from(sine(0.5, 0.3));
    const quiet = new Array(masterRateHz).fill(0);
    const samples = pcm(Float32Array.from([...quiet, ...quiet, ...half, ...quiet, ...half, ...quiet, ...quiet]));
    expect(longestSilenceMs(samples, masterRateHz)).toBe(1_000);
  });
});

describe('mastering', () => {
  const mastering = new Mastering({ cacheDir: '', threads: 1, idleMs: 0, gate: new WorkGate() });
  afterAll(() => mastering.unload());

  it('brings quiet and loud sound to one loudness', async () => {
    for (const amplitude of [0.02, 0.9]) {
      const { samples, measures } = await mastering.master(sound(sine(2, amplitude)));
      expect(measures.loudnessLufs).toBeCloseTo(-19, 1);
      const again = await measureLoudness(
        Float32Array.from(samples, (sample) => sample / 32_768),
        masterRateHz,
      );
      expect(again.lufs).toBeCloseTo(-19, 0);
    }
  });

  it('keeps true peaks a decibel below full scale, and so leaves sound of single peaks quieter', async () => {
    const clicks = Float32Array.from({ length: masterRateHz * 2 }, (_, i) => (i % 2_400 === 0 ? 0.5 : 0.001 * Math.sin(i)));
    const { measures } = await mastering.master(sound(clicks), { loudnessLufs: -10 });
    expect(measures.truePeakDb).toBeCloseTo(-1, 1);
    expect(measures.loudnessLufs).toBeLessThan(-11);
  });

  it('codes the same as Opus in Ogg', async () => {
    const { opus } = await mastering.master(sound(sine(1, 0.3)));
    const input = new Input({ source: new BufferSource(opus), formats: [OGG] });
    const track = await input.getPrimaryAudioTrack();
    if (!track) throw new Error('The file has no audio.');
    const decoder = await createDecoder({ sampleRate: masterRateHz, channels: 1 });
    const decoded: number[] = [];
    for await (const packet of new EncodedPacketSink(track).packets()) decoded.push(...decoder.decode(packet.data));
    expect(decoded.length / masterRateHz).toBeCloseTo(1, 1);
    const heard = Float32Array.from(decoded, (sample) => sample / 32_768);
    expect((await measureLoudness(heard, masterRateHz)).lufs).toBeCloseTo(-19, 0);
  });

  it('brings sound of another rate to its own, and to that of telephony', async () => {
    const low = Float32Array.from({ length: 16_000 }, (_, i) => 0.3 * Math.sin((2 * Math.PI * 440 * i) / 16_000));
    const { samples, narrow, measures } = await mastering.master(sound(low, 16_000));
    expect([samples.length, narrow.length, measures.durationMs]).toEqual([masterRateHz, narrowRateHz, 1_000]);
    const heard = Float32Array.from(narrow, (sample) => sample / 32_768);
    expect((await measureLoudness(heard, narrowRateHz)).lufs).toBeCloseTo(-19, 0);
  });

  it('leaves silence as it is', async () => {
    const { samples, measures } = await mastering.master(sound(new Float32Array(masterRateHz)));
    expect(samples.every((sample) => sample === 0)).toBe(true);
    expect(measures.loudnessLufs).toBeUndefined();
  });
});
