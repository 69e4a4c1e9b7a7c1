/** Reads a table of values that commas, semicolons or tabs separate (RFC 4180). */
export function readTable(text: string): {
  readonly columns: readonly string[];
  readonly rows: readonly Readonly<Record<string, string>>[];
} {
  const [first = ''] = text.split(/\r?\n/, 1);
  const separator = [',', ';', '\t'].sort((a, b) => first.split(b).length - first.split(a).length)[0] ?? ',';
  const [head = [], ...rest] = cells(text.replace(/^\uFEFF/, ''), separator);
  const titles = head.map((name, i) => name.trim() || `column ${i + 1}`);
  const columns = titles.map((title, i) => (titles.indexOf(title) < i ? `${title} (${i + 1})` : title));
  const rows = rest.filter((row) => row.some((cell) => cell.trim() !== ''));
  return { columns, rows: rows.map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i] ?? '']))) };
}

function cells(text: string, separator: string): string[][] {
  const table: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  const endRow = () => {
    row.push(cell);
    table.push(row);
    row = [];
    cell = '';
  };
  for (let at = 0; at < text.length; at++) {
    const char = text[at] as string;
    if (quoted) {
      if (char !== '"') cell += char;
      else if (text[at + 1] === '"') cell += text[++at];
      else quoted = false;
    } else if (char === '"' && cell === '') quoted = true;
    else if (char === separator) {
      row.push(cell);
      cell = '';
    } else if (char === '\n') endRow();
    else if (char !== '\r') cell += char;
  }
  if (cell !== '' || row.length > 0) endRow();
  return table;
}
