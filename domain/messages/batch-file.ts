import { finished } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import { parse as parseCsv } from 'csv-parse';
import { messageOf, VoicebotError } from '../errors.ts';
import type { BatchRow, RejectedRow } from './batch-item.ts';

export const batchFormats = ['csv', 'jsonl'] as const;
export type BatchFormat = (typeof batchFormats)[number];

/** Columns that are no values. */
const fields = ['key', 'text', 'voice', 'engine', 'speed'] as const;
/** No row is longer than this many bytes: what is, has lost its end. */
const maxRowBytes = 200_000;
/** A file with more rows that break the reading is another kind of file. */
const maxBrokenRows = 1_000;

/**
 * Reads the rows of a file. A row that cannot be read is told with its line, and reading goes on after it.
 * @throws VoicebotError `invalid-request` where the file as a whole cannot be read.
 */
export async function* readBatchFile(bytes: Uint8Array, format: BatchFormat): AsyncGenerator<BatchRow | RejectedRow> {
  const text = decoded(bytes);
  yield* format === 'jsonl' ? jsonRows(text) : csvRows(text);
}

/** UTF-8, or what spreadsheet programs call Unicode text; bytes that are neither show in the rows that hold them. */
function decoded(bytes: Uint8Array): string {
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}

async function* jsonRows(text: string): AsyncGenerator<BatchRow | RejectedRow> {
  let line = 0;
  for (const row of text.split('\n')) {
    line++;
    if (row.trim() === '') continue;
    let value: unknown;
    try {
      value = JSON.parse(row);
    } catch (error) {
      yield { line, code: 'broken-row', message: `The line is no JSON: ${messageOf(error)}` };
      continue;
    }
    yield rowOf(value, line);
  }
}

/** A row of an object: what is no known field is a value for a placeholder, and so is what stands in `values`. */
export function rowOf(value: unknown, line: number): BatchRow | RejectedRow {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { line, code: 'broken-row', message: 'The row is no object with key and text.' };
  }
  const { values = {}, ...rest } = value as Record<string, unknown>;
  if (typeof values !== 'object' || values === null || Array.isArray(values)) {
    return { line, code: 'broken-row', message: '`values` is no object.' };
  }
  const cells: Record<string, string> = {};
  for (const [name, cell] of Object.entries({ ...rest, ...values })) {
    if (cell === null || cell === undefined) continue;
    if (typeof cell === 'object') return { line, code: 'broken-row', message: `'${name}' is neither text nor number.` };
    cells[name] = String(cell);
  }
  return rowFrom(cells, line);
}

function rowFrom(cells: Readonly<Record<string, string>>, line: number): BatchRow {
  const named = Object.fromEntries(fields.map((name) => [name, cells[name]]));
  const values = Object.fromEntries(Object.entries(cells).filter(([name]) => !(fields as readonly string[]).includes(name)));
  return { line, ...named, values };
}

/** The delimiter that stands most often in the first line, outside of quotes. */
function delimiterOf(text: string): string {
  const [first = ''] = text.replace(/"(?:[^"]|"")*"/g, '').split(/\r?\n/, 1);
  const counts = [',', ';', '\t'].map((delimiter) => ({ delimiter, count: first.split(delimiter).length }));
  return counts.reduce((best, one) => (one.count > best.count ? one : best)).delimiter;
}

interface CsvRecord {
  readonly record: readonly string[];
  /** Lines of the text up to its end. */
  readonly lines: number;
}

/** Characters that are parsed in one go. */
const chunkCharacters = 65_536;

/** The records of a text up to its end, or up to an error that is returned. */
async function* csvRecords(text: string, delimiter: string): AsyncGenerator<CsvRecord, Error | undefined> {
  let records: CsvRecord[] = [];
  let problem: Error | undefined;
  // Taken as they are parsed: the parser's stream drops what it has read when it finds an error.
  const parser = parseCsv({
    delimiter,
    relaxColumnCount: true,
    skipEmptyLines: true,
    maxRecordSize: maxRowBytes,
    onRecord: (record, { lines }) => {
      records.push({ record: record as unknown as readonly string[], lines });
      return null;
    },
  });
  parser.on('error', (error) => {
    problem = error;
  });
  parser.resume();
  for (let at = 0; at < text.length && !problem; at += chunkCharacters) {
    parser.write(text.slice(at, at + chunkCharacters));
    await setImmediate();
    yield* records;
    records = [];
  }
  if (!problem) {
    parser.end();
    await finished(parser).catch(() => undefined);
  }
  yield* records;
  return problem;
}

async function* csvRows(whole: string): AsyncGenerator<BatchRow | RejectedRow> {
  // Excel names the delimiter in a line of its own.
  const [, named] = /^\uFEFF?sep=(.)\r?\n/i.exec(whole) ?? [];
  let rest = named ? whole.replace(/^[^\n]*\n/, '') : whole.replace(/^\uFEFF/, '');
  let skippedLines = named ? 1 : 0;
  const delimiter = named ?? delimiterOf(rest);
  let columns: string[] | undefined;
  let brokenRows = 0;
  // A quote that is never closed swallows the rest of the file: its row is told, and reading goes on in the next line.
  while (rest !== '') {
    const lines = new Lines(rest);
    let read = 0;
    const records = csvRecords(rest, delimiter);
    let next = await records.next();
    for (; !next.done; next = await records.next()) {
      const { record, lines: upTo } = next.value;
      const line = skippedLines + lines.next(read);
      read = upTo;
      if (columns) yield csvRow(record, columns, line);
      else columns = headerOf(record);
    }
    const problem = next.value;
    if (!problem) return;
    if (!columns) throw new VoicebotError('invalid-request', `The first line of the CSV file cannot be read: ${problem.message}`);
    if (++brokenRows > maxBrokenRows) {
      throw new VoicebotError('invalid-request', `More than ${maxBrokenRows} rows of the CSV file cannot be read.`);
    }
    const broken = lines.next(read);
    yield { line: skippedLines + broken, code: 'broken-row', message: `The row cannot be read: ${reasonOf(problem)}` };
    rest = rest.slice(lines.after(broken));
    skippedLines += broken;
  }
}

/** What the parser says, without its own counting of lines. */
const reasonOf = (error: unknown): string =>
  messageOf(error)
    .replace(/ (?:at|on) line \d+.*$/s, '')
    .replace(/,? ?got .*$/s, '');

/** Finds lines of a text; asked with rising numbers it goes through the text once. */
class Lines {
  readonly #text: string;
  #line = 0;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Where the text after the first `lines` lines begins. */
  after(lines: number): number {
    for (; this.#line < lines; this.#line++) {
      const end = this.#text.indexOf('\n', this.#at);
      if (end < 0) return this.#text.length;
      this.#at = end + 1;
    }
    return this.#at;
  }

  /** The first line with something in it after the first `lines` lines, counted from 1. */
  next(lines: number): number {
    let at = this.after(lines);
    let line = lines + 1;
    for (; at < this.#text.length; at++) {
      if (this.#text[at] === '\n') line++;
      else if (this.#text[at] !== '\r') break;
    }
    return line;
  }
}

function headerOf(record: readonly string[]): string[] {
  const columns = record.map((name) => name.trim());
  const known = columns.map((name) => name.toLowerCase());
  const twice = columns.find((name, i) => columns.indexOf(name) !== i && name !== '');
  if (!known.includes('key')) {
    throw new VoicebotError(
      'invalid-request',
      `The CSV file has no column 'key'; its columns are: ${columns.join(', ').slice(0, 300)}.`,
      {
        hint: 'The first line names the columns: key and text; voice, engine and speed may be there, and values for placeholders.',
      },
    );
  }
  if (twice) throw new VoicebotError('invalid-request', `The CSV file has two columns '${twice}'.`);
  return columns.map((name, i) => ((fields as readonly string[]).includes(known[i] ?? '') ? (known[i] ?? '') : name));
}

function csvRow(record: readonly string[], columns: readonly string[], line: number): BatchRow | RejectedRow {
  if (record.length > columns.length && record.slice(columns.length).some((cell) => cell.trim() !== '')) {
    const message = `The row has ${record.length} cells where the first line has ${columns.length}; a cell with the delimiter needs quotes.`;
    return { line, code: 'broken-row', message };
  }
  return rowFrom(
    Object.fromEntries(columns.flatMap((name, i) => (name && record[i] !== undefined ? [[name, record[i]]] : []))),
    line,
  );
}
