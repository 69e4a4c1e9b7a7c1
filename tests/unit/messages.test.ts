import { describe, expect, it } from 'vitest';
import { readBatchFile, rowOf } from '../../domain/messages/batch-file.ts';
import { type BatchRow, isRejected, type RejectedRow, RowChecker, type RowRules } from '../../domain/messages/batch-item.ts';
import { findingsOf } from '../../domain/messages/quality.ts';
import { fillTemplate } from '../../domain/messages/template.ts';
import type { ControlEngineResult } from '../../domain/voices/contract.ts';
import { chooseEngine, type EngineOutlook, engineNamed, type VoiceEngineId } from '../../domain/voices/engine.ts';
import { memoryWarning } from '../../domain/voices/gpu-memory.ts';
import { type InstalledVoices, installedCatalogue, voiceCatalogue } from '../../engines/catalogue.ts';

type Row = BatchRow | RejectedRow;

async function rowsOf(file: string | Uint8Array, format: 'csv' | 'jsonl' = 'csv'): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const row of readBatchFile(typeof file === 'string' ? Buffer.from(file) : file, format)) rows.push(row);
  return rows;
}

const kokoro = engineNamed(voiceCatalogue, 'kokoro');
const checker = (rules: Partial<RowRules> = {}) =>
  new RowChecker({
    catalogue: voiceCatalogue,
    defaults: {},
    available: ({ id }) => id === 'kokoro',
    chosen: () => kokoro,
    ...rules,
  });
const row = (given: Partial<BatchRow>): BatchRow => ({ line: 2, key: 'greeting', text: 'Hello.', values: {}, ...given });

describe('a CSV file', () => {
  it('of a spreadsheet program is read: semicolons, a byte order mark, quotes with newlines, Windows line ends', async () => {
    const rows = await rowsOf('\uFEFFKey;Text;Name\r\na;"Hello; ""you"",\r\n{{Name}}";Ann\r\n\r\nb;Bye.;\r\n');
    expect(rows).toMatchObject([
      { line: 2, key: 'a', text: 'Hello; "you",\r\n{{Name}}', values: { Name: 'Ann' } },
      { line: 5, key: 'b', text: 'Bye.' },
    ]);
  });

  it('in UTF-16, with tabs, or with a line that names the delimiter, is read', async () => {
    const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('key\ttext\na\tHi, there', 'utf16le')]);
    expect(await rowsOf(utf16)).toMatchObject([{ line: 2, key: 'a', text: 'Hi, there' }]);
    expect(await rowsOf('sep=;\r\nkey;text\r\na;x,y')).toMatchObject([{ line: 3, key: 'a', text: 'x,y' }]);
  });

  it.each([
    ['a quote that is never closed', 'c;"broken'],
    ['a quote within a cell', 'c;"broken "here" again"'],
    ['more cells than columns', 'c;broken;again'],
  ])('with %s in one row has the others read, and that row told with its line', async (_, broken) => {
    const rows = await rowsOf(`key;text\na;one\nb;two\n${broken}\nd;four\ne;five\n`);
    expect(rows.map(({ line }) => line)).toEqual([2, 3, 4, 5, 6]);
    expect(rows.map((one) => ('code' in one ? one.code : one.key))).toEqual(['a', 'b', 'broken-row', 'd', 'e']);
  });

  it('with 10,000 rows, of which row 4,711 is broken, gives 9,999 and that line', async () => {
    const lines = Array.from({ length: 10_000 }, (_, i) => (i === 4_709 ? `key${i},"no end` : `key${i},Message ${i}`));
    const rows = await rowsOf(`key,text\n${lines.join('\n')}`);
    const broken = rows.filter((one) => 'code' in one);
    expect([rows.length, broken.length, broken[0]?.line]).toEqual([10_000, 1, 4_711]);
  });

  it('without a column `key`, with a column twice, or with a broken first line is refused as a whole', async () => {
    await expect(rowsOf('name,text\na,b')).rejects.toThrow("no column 'key'; its columns are: name, text");
    await expect(rowsOf('key,text,text\na,b,c')).rejects.toThrow("two columns 'text'");
    await expect(rowsOf('"key,text\na,b')).rejects.toThrow('first line');
  });

  it('in another encoding has the rows refused that hold what cannot be read', async () => {
    const rows = await rowsOf(Buffer.from('key,text\na,café\nb,tea', 'latin1'));
    expect(rows.map((one) => checker().check(one as BatchRow))).toMatchObject([
      { code: 'wrong-encoding', line: 2 },
      { key: 'b' },
    ]);
  });
});

describe('a JSON Lines file', () => {
  it('is read line by line; what is no known field is a value', async () => {
    const rows = await rowsOf('{"key":"a","text":"x","amount":5}\nno json\n\n[1]\n{"key":"b","values":{"n":1}}', 'jsonl');
    expect(rows).toMatchObject([
      { line: 1, key: 'a', values: { amount: '5' } },
      { line: 2, code: 'broken-row' },
      { line: 4, code: 'broken-row' },
      { line: 5, key: 'b', values: { n: '1' } },
    ]);
    expect(rowOf({ key: 'a', text: { no: 'text' } }, 1)).toMatchObject({ code: 'broken-row' });
  });
});

describe('a row', () => {
  it('takes what it does not say from the batch, and puts values into its text', () => {
    const defaults = {
      text: 'Dear {{name}}, {{bank}} speaking.',
      values: { bank: 'First Bank', name: 'customer' },
      voice: 'male',
      speed: 1.2,
    };
    const checked = checker({ defaults }).check(row({ text: '', values: { name: 'Ann', bank: ' ' } }));
    expect(checked).toMatchObject({ engine: 'kokoro', voice: 'am_michael', speed: 1.2, text: 'Dear Ann, First Bank speaking.' });
  });

  it.each([
    ['missing-key', { key: ' ' }],
    ['invalid-key', { key: '../etc/passwd' }],
    ['invalid-key', { key: 'a b' }],
    ['invalid-key', { key: 'folder/' }],
    ['invalid-key', { key: 'k'.repeat(129) }],
    ['missing-text', { text: ' ' }],
    ['invalid-text', { text: '?!' }],
    ['text-too-long', { text: 'word '.repeat(20_000) }],
    ['missing-placeholder', { text: 'You owe {{amount}}.' }],
    ['unknown-engine', { engine: 'siri' }],
    ['unknown-voice', { voice: 'nobody' }],
    ['engine-unavailable', { engine: 'tortoise' }],
    ['invalid-speed', { speed: '9' }],
    ['invalid-speed', { speed: 'fast' }],
    ['wrong-encoding', { text: 'Nothing \0 here' }],
  ] as const)('is rejected as %s (case %#)', (code, given) => {
    const checked = checker().check(row(given));
    expect(checked).toMatchObject({ code, line: 2 });
    expect(isRejected(checked) && checked.message.length).toBeLessThan(700);
  });

  describe('with slots', () => {
    const slotted = (text: string, given: Partial<BatchRow> = {}, defaults = { slots: ['amount', 'day'] }) =>
      checker({ defaults, available: () => true }).check(row({ text, ...given }));

    it('keeps their places, and says which it has', () => {
      expect(slotted('Dear {{name}}, thank you. You owe {{ amount }}.', { values: { name: 'Ann' } })).toMatchObject({
        text: 'Dear Ann, thank you. You owe {{amount}}.',
        slots: ['amount'],
      });
      expect(slotted('Thank you.')).toMatchObject({ slots: undefined });
    });

    it.each([
      ['missing-placeholder', 'Dear {{name}}, you owe {{amount}}.', {}],
      ['invalid-slots', 'You owe {{amount}}.', {}],
      ['invalid-slots', 'Thank you. You owe {{amount}}.', { engine: 'tortoise' }],
      ['invalid-slots', 'Thank you. You owe {{amount}}.', { key: 'call/greeting' }],
    ] as const)('is rejected as %s: %s %j', (code, text, given) => {
      expect(slotted(text, given)).toMatchObject({ code });
    });
  });

  it('may be said twice, but one key is no two messages', () => {
    const rows = checker();
    expect(rows.check(row({}))).not.toHaveProperty('repeated');
    expect(rows.check(row({ line: 3, text: ' Hello. ' }))).toMatchObject({ repeated: true });
    expect(rows.check(row({ line: 4, text: 'Goodbye.' }))).toMatchObject({
      code: 'duplicate-key',
      message: expect.stringContaining('line 2'),
    });
  });

  it('is rejected where a value of the batch is no text', () => {
    const rows = checker({ defaults: { values: { name: 'a\0b' } } });
    expect(rows.check(row({ text: 'Dear {{name}}.' }))).toMatchObject({ code: 'wrong-encoding' });
  });

  it('reads a speed with a comma', () => {
    expect(checker().check(row({ speed: '1,25' }))).toMatchObject({ speed: 1.25 });
  });
});

describe('placeholders', () => {
  it('are filled with values as they are, and those without one are told once', () => {
    const values = { name: '{{other}} $&', other: 'x' };
    expect(fillTemplate('{{ name }} and {{missing}}, {{missing}}', values)).toEqual({
      text: '{{other}} $& and {{missing}}, {{missing}}',
      missing: ['missing'],
    });
    expect(fillTemplate('{{constructor}}', {}).missing).toEqual(['constructor']);
  });
});

describe('the engine for a purpose', () => {
  const withWorkers =
    (...ids: readonly VoiceEngineId[]) =>
    ({ id }: { id: VoiceEngineId }): EngineOutlook => ({ available: ids.includes(id) });
  const batch = { use: 'batch', longestCharacters: 100, totalCharacters: 1_000 } as const;
  const chosen = (...args: Parameters<typeof chooseEngine>) => chooseEngine(...args).engine.id;

  it('speaks in real time while a caller listens', () => {
    expect(chosen(voiceCatalogue, { ...batch, use: 'live' }, withWorkers('kokoro', 'tortoise', 'zonos'))).toBe('kokoro');
  });

  it('sounds best among those that are there and done in time', () => {
    expect(chosen(voiceCatalogue, batch, withWorkers('kokoro', 'tortoise', 'zonos'))).toBe('tortoise');
    expect(chosen(voiceCatalogue, { ...batch, deadlineMs: 600_000 }, withWorkers('kokoro', 'tortoise', 'zonos'))).toBe('zonos');
    expect(chosen(voiceCatalogue, { ...batch, longestCharacters: 2_000 }, withWorkers('kokoro', 'nari_dia'))).toBe('kokoro');
  });

  it('is as fast as it was here, whatever is said of it', () => {
    const slow = (engine: { id: VoiceEngineId }) => ({
      ...withWorkers('kokoro', 'zonos')(engine),
      pace: engine.id === 'zonos' ? 9_000 : 0.4,
    });
    const { engine, why } = chooseEngine(voiceCatalogue, batch, slow);
    expect(engine.id).toBe('kokoro');
    expect(why).toContain('zonos would take 167 h');
  });

  it('is none where no worker runs, and says of each why', () => {
    expect(() => chooseEngine(voiceCatalogue, batch, withWorkers())).toThrow('zonos has no worker');
  });
});

describe('the voices of an installation', () => {
  it('are those of the catalogue, recordings that Zonos imitates, and those of another server', () => {
    const voices = (installed: InstalledVoices, id: string) => engineNamed(installedCatalogue(installed), id).voices;
    expect(voices({ remote: [], zonos: ['ann', 'default'] }, 'zonos')).toEqual(['default', 'ann']);
    expect(voices({ remote: ['nova'], zonos: [] }, 'remote')).toEqual(['nova']);
    expect(() => voices({ remote: [], zonos: [] }, 'remote')).toThrow("no engine 'remote'");
  });
});

describe('what should be known before an engine is loaded', () => {
  const dia = engineNamed(voiceCatalogue, 'nari_dia');
  const on = (free: number, total: number, over: Partial<ControlEngineResult> = {}) =>
    memoryWarning(dia, {
      ...{ engine: dia.id, state: 'unloaded', why: null, resident: null },
      gpuMemory: { freeBytes: free * 1e9, totalBytes: total * 1e9 },
      ...over,
    });

  it('is nothing on a GPU with room, or without a GPU', () => {
    expect(on(20, 24)).toBeUndefined();
    expect(on(0, 0, { gpuMemory: null })).toBeUndefined();
  });

  it('is that it does not fit beside what is there, or hardly', () => {
    expect(on(4, 24)).toContain('refused');
    expect(on(7, 24)).toContain('may run out of memory');
  });

  it('is who goes for it', () => expect(on(4, 24, { resident: 'zonos' })).toContain('zonos is in the memory'));

  it('is nothing once it is loaded', () => expect(on(1, 24, { state: 'ready' })).toBeUndefined());
});

describe('what is odd about a sound', () => {
  const sound = { durationMs: 3_000, loudnessLufs: -19, clippedStretches: 0, longestSilenceMs: 300 };
  const said = { text: 'Welcome to the bank, how can I help you?', speed: 1, wordErrorRate: 0 };

  it('is nothing where all is well', () => expect(findingsOf(sound, said)).toEqual([]));

  it.each([
    ['word-errors', {}, { wordErrorRate: 0.5 }],
    ['clipping', { clippedStretches: 1 }, {}],
    ['long-silence', { longestSilenceMs: 4_000 }, {}],
    ['too-short', { durationMs: 20 }, { text: said.text.repeat(3) }],
    ['too-long', { durationMs: 20_000 }, {}],
  ] as const)('is found: %s', (finding, heard, meant) => {
    expect(findingsOf({ ...sound, ...heard }, { ...said, ...meant })).toEqual([finding]);
  });

  it('is silence, and nothing else', () => {
    expect(findingsOf({ ...sound, loudnessLufs: undefined, durationMs: 1 }, said)).toEqual(['silent']);
  });
});
