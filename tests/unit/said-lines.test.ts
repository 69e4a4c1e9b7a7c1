import { describe, expect, it } from 'vitest';
import { restOf, withRecordings } from '../../activities/say-lines.ts';
import type { PlayedRecording } from '../../db/message-recordings.ts';
import { partsOf } from '../../domain/messages/parts.ts';
import { readSaidLine, type SaidLine, writeSaidLine } from '../../media/said-lines.ts';

describe('a line to say', () => {
  it.each<SaidLine>([
    { text: 'Hello.' },
    { text: 'Hello.', recording: { key: 'messages/default/x.wav' } },
    { text: 'Hello.', recording: { key: 'messages/default/x.wav', startMs: 0, endMs: 1.5 } },
    { text: 'You owe 5.', beside: { voice: 'af_bella', speed: 1, gainDb: 3 } },
  ])('is read as it was written: %j', (line) => {
    expect(readSaidLine(writeSaidLine(line).slice(0, -1))).toEqual(line);
  });
});

const whole = (text: string): PlayedRecording => ({
  text,
  blobKey: `${text.length}.wav`,
  voice: 'af_bella',
  speed: 1,
  gainDb: 0,
  parts: null,
});
const inParts = (text: string, ...slots: string[]): PlayedRecording => ({
  ...whole(text),
  gainDb: 6,
  parts: partsOf(text, slots).map((part, i) => (part.slots.length > 0 ? part : { ...part, startMs: i, endMs: i + 1 })),
});
const beside = { voice: 'af_bella', speed: 1, gainDb: 6 };

describe('sentences', () => {
  const lines = (sentences: string[], ...known: PlayedRecording[]) => withRecordings(sentences, async () => known);

  it('that are recorded as one are one line, the longest runs first', async () => {
    expect(await lines(['A.', 'B.', 'C.', 'D.'], whole('B. C.'), whole('B.'), whole('D.'))).toEqual([
      { text: 'A.' },
      { text: 'B. C.', recording: { key: '5.wav' } },
      { text: 'D.', recording: { key: '2.wav' } },
    ]);
  });

  it('of which none is recorded are a line each', async () => {
    expect(await lines(['A.', 'B.'], whole('A. B. C.'))).toEqual([{ text: 'A.' }, { text: 'B.' }]);
    expect(await lines([])).toEqual([]);
  });

  it('of a message with slots are its recorded parts, and the others beside them', async () => {
    const message = inParts('Thank you, Ann. You owe {{amount}}, and it is due on {{day}}. Please pay.', 'amount', 'day');
    const said = ['Hello.', 'Thank you, Ann.', 'You owe 1,200.50 dollars, and it is due on May 3.', 'Please pay.', 'Bye.'];
    const key = message.blobKey;
    expect(await lines(said, message)).toEqual([
      { text: 'Hello.' },
      { text: 'Thank you, Ann.', recording: { key, startMs: 0, endMs: 1 } },
      { text: 'You owe 1,200.50 dollars, and it is due on May 3.', beside },
      { text: 'Please pay.', recording: { key, startMs: 2, endMs: 3 } },
      { text: 'Bye.' },
    ]);
  });

  it('that are recorded whole are not put together from parts', async () => {
    const known = [whole('You owe 5 dollars. Please pay.'), inParts('You owe {{amount}}. Please pay.', 'amount')];
    expect(await lines(['You owe 5 dollars.', 'Please pay.'], ...known)).toMatchObject([
      { recording: { key: known[0]?.blobKey } },
    ]);
  });

  it('that differ from a message in a recorded word are spoken', async () => {
    const message = inParts('You owe {{amount}}. Please pay.', 'amount');
    expect(await lines(['You owe 5 dollars.', 'Please wait.'], message)).toEqual([
      { text: 'You owe 5 dollars.' },
      { text: 'Please wait.' },
    ]);
  });
});

describe('what is left of a reply', () => {
  it.each([
    ['', ['Hello, you.', 'Bye.']],
    ['Hello,', ['you.', 'Bye.']],
    ['Hello, you.', ['Bye.']],
    ['Hello, you. Bye.', []],
    // Another attempt has said it otherwise.
    ['Good day, you.', ['Bye.']],
  ])('after "%s" is %j', (written, rest) => {
    expect(restOf('Hello, you. Bye.', written)).toEqual(rest);
  });
});
