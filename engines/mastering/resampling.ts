import libsamplerate from '@alexanderolsen/libsamplerate-js';

/** Brings a whole sound to another rate with a band-limited filter (libsamplerate); blocks its thread meanwhile. */
export async function resampled(samples: Float32Array, fromHz: number, toHz: number): Promise<Float32Array> {
  if (fromHz === toHz || samples.length === 0) return samples;
  const converter = await libsamplerate.create(1, fromHz, toHz, {
    converterType: libsamplerate.ConverterType.SRC_SINC_MEDIUM_QUALITY,
  });
  try {
    const wanted = Math.round((samples.length * toHz) / fromHz);
    const out = new Float32Array(wanted);
    out.set(converter.full(samples).subarray(0, wanted));
    return out;
  } finally {
    converter.destroy();
  }
}
