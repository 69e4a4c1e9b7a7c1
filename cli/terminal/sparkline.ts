const bars = '▁▂▃▄▅▆▇█';

/** Values as bars of a line of text, from 0 to the greatest of them; a space where there is none. */
export function sparkline(values: readonly (number | null)[]): string {
  const most = Math.max(...values.map((value) => value ?? 0), 0);
  return values
    .map((value) => {
      if (value === null) return ' ';
      const level = most === 0 ? 0 : Math.round((value / most) * (bars.length - 1));
      return bars[level];
    })
    .join('');
}
