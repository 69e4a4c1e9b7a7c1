/**
 * Lines of the `said` pipe: words to speak, and the recording of them in the blob store where the bank has approved one. Such a line
 * begins with a mark that no text has, the key and the mark again.
 */
export interface SaidLine {
  readonly text: string;
  /** Key of a WAV file. */
  readonly recording?: string | undefined;
}

const mark = '\u0002';

/** With its end. */
export const writeSaidLine = ({ text, recording }: SaidLine): string =>
  `${recording === undefined ? '' : `${mark}${recording}${mark}`}${text}\n`;

/** @param line without its end. */
export function readSaidLine(line: string): SaidLine {
  if (!line.startsWith(mark)) return { text: line };
  const end = line.indexOf(mark, 1);
  return { recording: line.slice(1, end), text: line.slice(end + 1) };
}
