/** Figures as a person reads them; "unknown" where nothing was measured. */
export const milliseconds = (value: number | null | undefined): string =>
  value === null || value === undefined ? 'unknown' : `${Math.round(value).toLocaleString('en')} ms`;

export const count = (value: number | null | undefined): string =>
  value === null || value === undefined ? 'unknown' : value.toLocaleString('en', { maximumFractionDigits: 1 });

export const percentOf = (part: number, whole: number): string =>
  whole === 0 ? 'unknown' : `${((part / whole) * 100).toFixed(1)} %`;
