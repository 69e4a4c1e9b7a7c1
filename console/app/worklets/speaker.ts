/** Runs in the audio thread: plays what the bot says, as it comes at 24 kHz. */

const inRateHz = 24_000;
/** What is gathered before playing begins: it hides how unevenly a network delivers. Twice as much each time that it was too little. */
const leastCushion = (inRateHz * 20) / 1000;
const mostCushion = (inRateHz * 160) / 1000;
/** What comes so soon after the ring ran dry should have been there. */
const lateSamples = (inRateHz * 100) / 1000;
/** Half a minute: nobody sends further ahead. */
const capacity = inRateHz * 30;
const reportEvery = 8;

class Speaker extends AudioWorkletProcessor {
  readonly #ring = new Float32Array(capacity);
  #written = 0;
  /** In samples of the ring, with a fraction. */
  #read = 0;
  #playing = false;
  #cushion = leastCushion;
  /** Since the ring ran dry, in samples of the ring. */
  #dry = lateSamples;
  #blocks = 0;
  #energy = 0;

  constructor() {
    super();
    this.port.onmessage = ({ data }: MessageEvent<ArrayBuffer | 'drop'>) => {
      if (data === 'drop') {
        this.#read = this.#written;
        this.#playing = false;
        this.#dry = lateSamples;
        return;
      }
      if (!this.#playing && this.#dry < lateSamples) {
        this.#cushion = Math.min(mostCushion, this.#cushion * 2);
        this.#dry = lateSamples;
      }
      for (const sample of new Int16Array(data)) this.#ring[this.#written++ % capacity] = sample / 32_768;
      // What is too old to be played is passed over.
      if (this.#written - this.#read > capacity) this.#read = this.#written - capacity;
    };
  }

  process(_inputs: unknown, outputs: readonly (readonly Float32Array[])[]): boolean {
    const [channel] = outputs[0] ?? [];
    if (!channel) return true;
    if (!this.#playing && this.#written - this.#read >= this.#cushion) this.#playing = true;
    const step = inRateHz / sampleRate;
    for (let i = 0; i < channel.length; i++) {
      const left = this.#written - this.#read;
      if (left < 4 && this.#playing) {
        this.#playing = false;
        this.#dry = 0;
      }
      if (!this.#playing) this.#dry += step;
      const sample = this.#playing ? this.#sample() : 0;
      if (this.#playing) this.#read += step;
      channel[i] = sample;
      this.#energy += sample * sample;
    }
    if (++this.#blocks >= reportEvery) {
      this.port.postMessage({
        level: Math.sqrt(this.#energy / (reportEvery * channel.length)),
        playing: this.#playing,
        waitingMs: ((this.#written - this.#read) / inRateHz) * 1000,
      });
      this.#blocks = 0;
      this.#energy = 0;
    }
    return true;
  }

  /** Between the samples, by a cubic (Catmull-Rom). */
  #sample(): number {
    const whole = Math.floor(this.#read);
    const t = this.#read - whole;
    const at = (n: number) => this.#ring[(((whole + n) % capacity) + capacity) % capacity] ?? 0;
    const [a, b, c, d] = [whole > 0 ? at(-1) : at(0), at(0), at(1), at(2)];
    return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
  }
}

registerProcessor('speaker', Speaker);
