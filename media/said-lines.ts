/**
 * Lines of the `said` pipe: words to speak, and how, where that is not left to the call. Such a line begins with a mark that no text has, the
 * manner as JSON and the mark again.
 */
export interface SaidLine {
  readonly text: string;
  /** A sound of these words that the bank has approved. */
  readonly recording?: Recording | undefined;
  /** Spoken beside recordings: in their voice. */
  readonly beside?: Beside | undefined;
}

export interface Recording {
  /** Of a WAV file in the blob store. */
  readonly key: string;
  /** Where in it; all of it when unset. */
  readonly startMs?: number | undefined;
  readonly endMs?: number | undefined;
}

export interface Beside {
  readonly voice: string;
  readonly speed: number;
  /** By how much the recordings were raised, in dB. */
  readonly gainDb: number;
}

const mark = '\u0002';

/** With its end. */
export const writeSaidLine = ({ text, ...manner }: SaidLine): string =>
  `${manner.recording || manner.beside ? `${mark}${JSON.stringify(manner)}${mark}` : ''}${text}\n`;

/** @param line without its end. */
export function readSaidLine(line: string): SaidLine {
  if (!line.startsWith(mark)) return { text: line };
  const end = line.indexOf(mark, 1);
  const manner: Omit<SaidLine, 'text'> = JSON.parse(line.slice(1, end));
  return { ...manner, text: line.slice(end + 1) };
}
