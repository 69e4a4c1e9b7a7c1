/** Runs in the audio thread: what the microphone hears, at 24 kHz, 10 ms at a time. */

const outRateHz = 24_000;
const frameSamples = (outRateHz * 10) / 1000;
const taps = 48;

/** A windowed sinc below the lower of the two Nyquist rates (Blackman). */
function lowPass(cutoff: number): Float32Array {
  const kernel = new Float32Array(taps);
  let sum = 0;
  for (let i = 0; i < taps; i++) {
    const x = i - (taps - 1) / 2;
    const sinc = x === 0 ? 2 * cutoff : Math.sin(2 * Math.PI * cutoff * x) / (Math.PI * x);
    const window = 0.42 - 0.5 * Math.cos((2 * Math.PI * i) / (taps - 1)) + 0.08 * Math.cos((4 * Math.PI * i) / (taps - 1));
    kernel[i] = sinc * window;
    sum += kernel[i] ?? 0;
  }
  return kernel.map((weight) => weight / sum);
}

class Microphone extends AudioWorkletProcessor {
  readonly #kernel = lowPass(Math.min(0.5, (0.46 * outRateHz) / sampleRate));
  readonly #step = sampleRate / outRateHz;
  readonly #line = new Float32Array(taps);
  #at = 0;
  /** Samples of the input until the next one of the output. */
  #due = 0;
  #frame = new Int16Array(frameSamples);
  #filled = 0;
  #energy = 0;

  process(inputs: readonly (readonly Float32Array[])[]): boolean {
    const [channel] = inputs[0] ?? [];
    if (!channel) return true;
    for (const sample of channel) {
      this.#line[this.#at] = sample;
      this.#at = (this.#at + 1) % taps;
      this.#due -= 1;
      if (this.#due > 0) continue;
      this.#due += this.#step;
      this.#put(this.#filtered());
    }
    return true;
  }

  #filtered(): number {
    let sum = 0;
    for (let i = 0; i < taps; i++) sum += (this.#kernel[i] ?? 0) * (this.#line[(this.#at + i) % taps] ?? 0);
    return Math.max(-1, Math.min(1, sum));
  }

  #put(sample: number): void {
    this.#frame[this.#filled++] = Math.round(sample * 32_767);
    this.#energy += sample * sample;
    if (this.#filled < frameSamples) return;
    const level = Math.sqrt(this.#energy / frameSamples);
    const { buffer } = this.#frame;
    this.port.postMessage({ pcm: buffer, level }, [buffer]);
    this.#frame = new Int16Array(frameSamples);
    this.#filled = 0;
    this.#energy = 0;
  }
}

registerProcessor('microphone', Microphone);
