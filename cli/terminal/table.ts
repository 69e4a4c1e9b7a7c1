import cliTruncate from 'cli-truncate';
import stringWidth from 'string-width';

/** A column is not made narrower than this. */
const leastWidth = 8;
const gap = 2;

/** Rows as aligned columns. @param width of the terminal: the widest columns are cut to fit it; all is shown where it is unset. */
export function table(headers: readonly string[], rows: readonly (readonly string[])[], width = process.stdout.columns): string {
  const widths = headers.map((header, column) =>
    Math.max(stringWidth(header), ...rows.map((row) => stringWidth(row[column] ?? ''))),
  );
  if (width) shrink(widths, width);
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => fitted(cell.replace(/\s*\n\s*/g, ' '), widths[column] ?? 0))
      .join(' '.repeat(gap))
      .trimEnd();
  return [line(headers), line(widths.map((one) => '-'.repeat(one))), ...rows.map(line)].join('\n');
}

/** Takes from the widest columns until the line fits. */
function shrink(widths: number[], width: number): void {
  const total = () => widths.reduce((sum, one) => sum + one, 0) + gap * (widths.length - 1);
  for (let over = total() - width; over > 0; over = total() - width) {
    const widest = Math.max(...widths);
    if (widest <= leastWidth) return;
    const next = Math.max(leastWidth, ...widths.filter((one) => one < widest));
    const [column] = [widths.indexOf(widest)];
    widths[column] = Math.max(next, widest - over, leastWidth);
    if (widths[column] === widest) widths[column] = widest - 1;
  }
}

function fitted(cell: string, width: number): string {
  const shown = stringWidth(cell) > width ? cliTruncate(cell, width) : cell;
  return shown + ' '.repeat(Math.max(0, width - stringWidth(shown)));
}
