import { describe, expect, it } from 'vitest';
import { readTable } from '../../console/app/operate/csv.ts';

describe('a table that is brought to the console', () => {
  it('is separated by what its first line has most of', () => {
    expect(readTable('key;text\na;"one, two"\n')).toEqual({ columns: ['key', 'text'], rows: [{ key: 'a', text: 'one, two' }] });
    expect(readTable('key\ttext\na\tb').rows).toEqual([{ key: 'a', text: 'b' }]);
  });

  it('may hold quotes, separators and ends of lines in its cells', () => {
    const { rows } = readTable('key,text\r\na,"He said ""hello"",\nand left."\r\n');
    expect(rows).toEqual([{ key: 'a', text: 'He said "hello",\nand left.' }]);
  });

  it('loses a byte order mark and empty lines, and names columns that have no name', () => {
    expect(readTable('\uFEFFkey,\n\na,b\n\n')).toEqual({ columns: ['key', 'column 2'], rows: [{ key: 'a', 'column 2': 'b' }] });
  });

  it('keeps columns of the same name apart', () => {
    expect(readTable('key,text,text\na,b,c').rows).toEqual([{ key: 'a', text: 'b', 'text (3)': 'c' }]);
  });

  it('has empty cells where a line is short', () => {
    expect(readTable('key,text\na').rows).toEqual([{ key: 'a', text: '' }]);
  });
});
