import { clausesOf } from '../sentences.ts';
import { place, placesIn } from './template.ts';

/**
 * A stretch of a message that is filled in call by call, from the end of a clause to the end of one. It is recorded; or it has slots, and is
 * spoken while the caller listens.
 */
export interface MessagePart {
  readonly text: string;
  /** Names of its slots; none where it is recorded. */
  readonly slots: readonly string[];
}

/** A part as it is kept: where a recorded one lies in the sound of its message. */
export interface KeptPart extends MessagePart {
  readonly startMs?: number | undefined;
  readonly endMs?: number | undefined;
}

/** The parts of a message: clauses with slots, and what stands between them. */
export function partsOf(text: string, slots: readonly string[]): MessagePart[] {
  const parts: { text: string; slots: string[] }[] = [];
  for (const clause of clausesOf(oneSpaced(text))) {
    const its = placesIn(clause, slots);
    const last = parts.at(-1);
    if (last && last.slots.length > 0 === its.length > 0) {
      last.text += ` ${clause}`;
      last.slots = [...new Set([...last.slots, ...its])];
    } else parts.push({ text: clause, slots: its });
  }
  return parts;
}

/** Words, however they are spaced. */
export const oneSpaced = (text: string): string => text.trim().replace(/\s+/g, ' ');

/** What is recorded of a message. */
export const recordedText = (parts: readonly MessagePart[]): string =>
  parts
    .filter(({ slots }) => slots.length === 0)
    .map(({ text }) => text)
    .join(' ');

/**
 * The words of each part where `said` is this message with values in its slots; undefined where it is something else. Each slot holds as little
 * as can be, so that one pass finds it. @param said with single spaces.
 */
export function saidParts(parts: readonly MessagePart[], said: string): string[] | undefined {
  const fixed = fixedStretches(parts);
  /** Where the words of each part begin in what was said, but for the first, which begins at 0. */
  const begins: number[] = [];
  let at = 0;
  for (const [i, { text, partsAt }] of fixed.entries()) {
    // A slot holds a character at least.
    const earliest = i === 0 ? 0 : at + 1;
    const found = i === fixed.length - 1 ? said.length - text.length : i === 0 ? 0 : said.indexOf(text, earliest);
    if (found < earliest || !said.startsWith(text, found) || (i === 0 && found > 0)) return undefined;
    begins.push(...partsAt.map((offset) => found + offset));
    at = found + text.length;
  }
  return parts.map((_, i) => said.slice(i === 0 ? 0 : begins[i - 1], begins[i]).trim());
}

/** The text between slots, and where in it parts begin. */
function fixedStretches(parts: readonly MessagePart[]): { text: string; partsAt: number[] }[] {
  const stretches = [{ text: '', partsAt: [] as number[] }];
  for (const [i, part] of parts.entries()) {
    const last = () => stretches.at(-1) as (typeof stretches)[number];
    if (i > 0) {
      last().text += ' ';
      last().partsAt.push(last().text.length);
    }
    const places = new Set(part.slots.map(place));
    for (const piece of part.text.split(/(\{\{[^{}]+\}\})/)) {
      if (places.has(piece)) stretches.push({ text: '', partsAt: [] });
      else last().text += piece;
    }
  }
  return stretches;
}
