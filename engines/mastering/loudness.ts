import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

/** What the WebAssembly of `ebur128-wasm` (the Rust crate `ebur128`) exports. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly ebur128_integrated_mono: Measure;
  readonly ebur128_true_peak_mono: Measure;
  readonly __wbindgen_malloc: (bytes: number) => number;
}

/** Of the global, what is used here: Node's types have it with those of browsers only. */
interface WebAssemblyApi {
  compile(bytes: Uint8Array): Promise<object>;
  instantiate(module: object, imports: object): Promise<{ readonly exports: unknown }>;
  readonly Module: { imports(module: object): readonly { readonly module: string; readonly name: string }[] };
}
const webAssembly = (globalThis as unknown as { readonly WebAssembly: WebAssemblyApi }).WebAssembly;

/** Takes the samples over and frees them. */
type Measure = (sampleRateHz: number, at: number, count: number) => number;

/** Below this much sound the gate of EBU R 128 has nothing to measure: shorter sounds are measured repeated. */
const leastMs = 1_000;

let loading: Promise<Exports> | undefined;

/** The package is made for bundlers; its module needs nothing but a place to report panics to. */
async function load(): Promise<Exports> {
  const file = createRequire(import.meta.url).resolve('ebur128-wasm/ebur128_wasm_bg.wasm');
  const module = await webAssembly.compile(await readFile(file));
  const panic = () => {
    throw new Error('The loudness meter failed.');
  };
  const imports: Record<string, Record<string, () => unknown>> = {};
  for (const { module: from, name } of webAssembly.Module.imports(module)) {
    imports[from] = { ...imports[from], [name]: name.includes('error') ? panic : () => 0 };
  }
  return (await webAssembly.instantiate(module, imports)).exports as Exports;
}

export interface Loudness {
  /** Integrated loudness; -Infinity for silence. */
  readonly lufs: number;
  /** Linear; 1 is full scale. */
  readonly truePeak: number;
}

/** Integrated loudness and true peak of mono sound (EBU R 128, ITU-R BS.1770). */
export async function measureLoudness(samples: Float32Array, sampleRateHz: number): Promise<Loudness> {
  loading ??= load();
  const meter = await loading;
  const run = (measure: Measure, sound: Float32Array) => {
    const at = meter.__wbindgen_malloc(sound.byteLength);
    new Float32Array(meter.memory.buffer, at, sound.length).set(sound);
    return measure(sampleRateHz, at, sound.length);
  };
  const least = Math.ceil((leastMs / 1000) * sampleRateHz);
  const repeats = samples.length === 0 ? 0 : Math.max(1, Math.ceil(least / samples.length));
  const long = repeats === 1 ? samples : new Float32Array(repeats * samples.length);
  if (repeats > 1) for (let i = 0; i < repeats; i++) long.set(samples, i * samples.length);
  if (long.length === 0) return { lufs: Number.NEGATIVE_INFINITY, truePeak: 0 };
  return { lufs: run(meter.ebur128_integrated_mono, long), truePeak: linear(run(meter.ebur128_true_peak_mono, samples)) };
}

const linear = (db: number): number => 10 ** (db / 20);
