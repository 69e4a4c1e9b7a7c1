import libsamplerate from '@alexanderolsen/libsamplerate-js';

/** Brings a stream of mono samples to another rate, block by block, with a band-limited filter (libsamplerate). */
export interface StreamResampler {
  /** Samples in [-1, 1]; the filter holds a few of them back until more come. */
  push(samples: Float32Array): Float32Array;
  close(): void;
}

export async function createStreamResampler(fromHz: number, toHz: number): Promise<StreamResampler> {
  if (fromHz === toHz) return { push: (samples) => samples, close: () => {} };
  const converter = await libsamplerate.create(1, fromHz, toHz, {
    converterType: libsamplerate.ConverterType.SRC_SINC_FASTEST,
  });
  // The result lies in memory that the converter uses again.
  return { push: (samples) => converter.full(samples).slice(), close: () => converter.destroy() };
}
