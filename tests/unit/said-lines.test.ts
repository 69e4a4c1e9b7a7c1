import { describe, expect, it } from 'vitest';
import { withRecordings } from '../../activities/say-lines.ts';
import { readSaidLine, writeSaidLine } from '../../media/said-lines.ts';

describe('a line to say', () => {
  it.each([{ text: 'Hello.' }, { text: 'Hello.', recording: 'messages/default/x.wav' }])(
    'is read as it was written: %j',
    (line) => {
      expect(readSaidLine(writeSaidLine(line).slice(0, -1))).toEqual(line);
    },
  );
});

describe('sentences', () => {
  const recorded =
    (...texts: string[]) =>
    async (asked: readonly string[]) =>
      new Map(texts.filter((text) => asked.includes(text)).map((text) => [text, `${text.length}.wav`]));

  it('that are recorded as one are one line, the longest runs first', async () => {
    expect(await withRecordings(['A.', 'B.', 'C.', 'D.'], recorded('B. C.', 'B.', 'D.'))).toEqual([
      { text: 'A.' },
      { text: 'B. C.', recording: '5.wav' },
      { text: 'D.', recording: '2.wav' },
    ]);
  });

  it('of which none is recorded are a line each', async () => {
    expect(await withRecordings(['A.', 'B.'], recorded('A. B. C.'))).toEqual([{ text: 'A.' }, { text: 'B.' }]);
    expect(await withRecordings([], recorded())).toEqual([]);
  });
});
