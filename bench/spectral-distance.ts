/** Window and step of the short-time spectra, samples at 24 kHz: 21 ms, a quarter of that apart. */
const windowSamples = 512;
const stepSamples = 128;
/** Added to every power, full scale being 1: what lies under about -60 dB of a loud vowel is silence, and differences there are not heard. */
const floor = 1e-3;

/** Mean difference of the logarithms (base 10) of two sounds' power spectra, frame by frame over the length that both have. */
export function spectralDistance(a: Float32Array, b: Float32Array): number {
  const length = Math.min(a.length, b.length);
  let sum = 0;
  let n = 0;
  for (let at = 0; at + windowSamples <= length; at += stepSamples) {
    const [x, y] = [powerSpectrum(a, at), powerSpectrum(b, at)];
    for (let i = 0; i < x.length; i++)
      sum += Math.abs(Math.log10((x[i] as number) + floor) - Math.log10((y[i] as number) + floor));
    n += x.length;
  }
  return n === 0 ? Number.NaN : sum / n;
}

/** Loudness of `a` over that of `b`, decibels. */
export function loudnessDifferenceDb(a: Float32Array, b: Float32Array): number {
  const power = (samples: Float32Array) => samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
  return 10 * Math.log10(power(a) / power(b));
}

const hann = Float64Array.from({ length: windowSamples }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / windowSamples));

/** By the radix-2 transform of Cooley and Tukey. */
function powerSpectrum(samples: Float32Array, at: number): Float64Array {
  const n = windowSamples;
  const re = new Float64Array(n);
  const im = new Float64Array(n);
  for (let i = 0, j = 0; i < n; i++) {
    re[j] = (samples[at + i] as number) * (hann[i] as number);
    for (let bit = n >> 1; ; bit >>= 1) {
      j ^= bit;
      if (j & bit || bit === 0) break;
    }
  }
  for (let size = 2; size <= n; size *= 2) {
    for (let k = 0; k < size / 2; k++) {
      const angle = (-2 * Math.PI * k) / size;
      const [c, s] = [Math.cos(angle), Math.sin(angle)];
      for (let i = k; i < n; i += size) {
        const j = i + size / 2;
        const [xr, xi] = [re[j] as number, im[j] as number];
        const [tr, ti] = [xr * c - xi * s, xr * s + xi * c];
        re[j] = (re[i] as number) - tr;
        im[j] = (im[i] as number) - ti;
        re[i] = (re[i] as number) + tr;
        im[i] = (im[i] as number) + ti;
      }
    }
  }
  return Float64Array.from({ length: n / 2 + 1 }, (_, i) => (re[i] as number) ** 2 + (im[i] as number) ** 2);
}
