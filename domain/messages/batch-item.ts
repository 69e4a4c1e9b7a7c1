import { isVoicebotError, VoicebotError } from '../errors.ts';
import { engineNamed, type VoiceCatalogue, type VoiceEngine, voiceOf } from '../voices/engine.ts';
import { partsOf } from './parts.ts';
import { fillTemplate, place, placesIn } from './template.ts';

/** A row as somebody wrote it. */
export interface BatchRow {
  /** Where it stands in the file, from 1; its place in the list where there is no file. */
  readonly line: number;
  readonly key?: string | undefined;
  readonly text?: string | undefined;
  readonly voice?: string | undefined;
  readonly engine?: string | undefined;
  readonly speed?: string | number | undefined;
  /** For the placeholders of the text. */
  readonly values: Readonly<Record<string, string>>;
}

/** A row that cannot be read or made, and why. */
export interface RejectedRow {
  readonly line: number;
  readonly key?: string | undefined;
  readonly code: RejectionCode;
  readonly message: string;
}

export type RejectionCode =
  | 'broken-row'
  | 'wrong-encoding'
  | 'missing-key'
  | 'invalid-key'
  | 'duplicate-key'
  | 'missing-text'
  | 'invalid-text'
  | 'text-too-long'
  | 'missing-placeholder'
  | 'unknown-engine'
  | 'unknown-voice'
  | 'invalid-speed'
  | 'invalid-slots'
  | 'engine-unavailable';

/** What is to be spoken: all that the sound depends on. */
export interface SpeechSpec {
  readonly engine: string;
  readonly voice: string;
  readonly speed: number;
  readonly text: string;
  /** Places of the text that are filled when it is played. */
  readonly slots?: readonly string[] | undefined;
}

export interface BatchItem extends SpeechSpec {
  readonly line: number;
  readonly key: string;
  /** An earlier row says the same. */
  readonly repeated?: boolean;
}

/** What holds for rows that say nothing else. */
export interface BatchDefaults {
  /** The text of rows without one: a template. */
  readonly text?: string | undefined;
  readonly voice?: string | undefined;
  readonly engine?: string | undefined;
  readonly speed?: number | undefined;
  /** Values for placeholders that the row has none for. */
  readonly values?: Readonly<Record<string, string>> | undefined;
  /** Placeholders that stay, and are filled when the message is played. */
  readonly slots?: readonly string[] | undefined;
}

export interface RowRules {
  readonly catalogue: VoiceCatalogue;
  readonly defaults: BatchDefaults;
  /** Where a worker of the engine runs. */
  readonly available: (engine: VoiceEngine) => boolean;
  /** What `auto` means for this batch. */
  readonly chosen: () => VoiceEngine;
}

export const maxKeyCharacters = 128;
export const messageKeyPattern = /^(?!.*(?:\.\.|\/\/|\/$))[A-Za-z0-9][A-Za-z0-9._/-]*$/;
/** Whether this may name a message: as a file does, in folders. */
export const isMessageKey = (key: string): boolean => key.length <= maxKeyCharacters && messageKeyPattern.test(key);

/** What the decoder puts in the place of bytes that it cannot read, and what no text has. */
const unreadable = /[\uFFFD\0]/;

/** What is wrong with a row, thrown where it is found. */
class Rejection extends Error {
  readonly code: RejectionCode;

  constructor(code: RejectionCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Checks the rows of one batch, one after the other. */
export class RowChecker {
  readonly #rules: RowRules;
  readonly #texts = new Map<string, { line: number; spec: string }>();

  constructor(rules: RowRules) {
    this.#rules = rules;
  }

  /** @returns the item, or what is wrong with the row. */
  check(row: BatchRow): BatchItem | RejectedRow {
    try {
      return this.#check(row);
    } catch (error) {
      if (!(error instanceof Rejection)) throw error;
      return { line: row.line, key: row.key?.trim() || undefined, code: error.code, message: error.message };
    }
  }

  #check(row: BatchRow): BatchItem {
    const { defaults } = this.#rules;
    if ([row.key, row.text, ...Object.values(row.values)].some((text) => text !== undefined && unreadable.test(text))) {
      throw new Rejection('wrong-encoding', 'The row holds bytes that are no UTF-8 text. Save the file as UTF-8.');
    }
    const key = this.#key(row.key);
    const engine = this.#engine(row.engine || defaults.engine || 'auto');
    const voice = this.#voice(engine, row.voice || defaults.voice);
    const speed = this.#speed(engine, row.speed === '' ? defaults.speed : (row.speed ?? defaults.speed));
    const text = this.#text(engine, row.text?.trim() || defaults.text || '', { ...defaults.values, ...given(row.values) });
    const slots = this.#slots(engine, key, text);
    const item = { line: row.line, key, engine: engine.id, voice, speed, text, slots };
    const spec = JSON.stringify([item.engine, voice, speed, text]);
    const before = this.#texts.get(key);
    if (before === undefined) {
      this.#texts.set(key, { line: row.line, spec });
      return item;
    }
    if (before.spec === spec) return { ...item, repeated: true };
    throw new Rejection('duplicate-key', `The key '${key}' is another message in line ${before.line}.`);
  }

  #key(given: string | undefined): string {
    const key = given?.trim() ?? '';
    if (key === '') throw new Rejection('missing-key', 'The row has no key.');
    if (!isMessageKey(key)) {
      throw new Rejection(
        'invalid-key',
        `The key '${key.slice(0, 80)}' is not valid: 1 to ${maxKeyCharacters} letters, digits, '.', '_', '-' and '/'.`,
      );
    }
    return key;
  }

  #engine(name: string): VoiceEngine {
    const { chosen, catalogue } = this.#rules;
    const engine = name === 'auto' ? as('engine-unavailable', chosen) : as('unknown-engine', () => engineNamed(catalogue, name));
    if (this.#rules.available(engine)) return engine;
    throw new Rejection('engine-unavailable', `No worker of the engine '${engine.id}' runs (task queue ${engine.taskQueue}).`);
  }

  #voice(engine: VoiceEngine, name: string | undefined): string {
    return as('unknown-voice', () => voiceOf(engine, name?.trim()));
  }

  #speed({ title, speed: range }: VoiceEngine, given: string | number | undefined): number {
    if (given === undefined) return 1;
    // Spreadsheets of half the world write 1,1.
    const speed = typeof given === 'number' ? given : Number(given.trim().replace(',', '.'));
    const { min, max } = range ?? { min: 1, max: 1 };
    if (speed >= min && speed <= max) return speed;
    const possible = range ? `${min} to ${max} is possible` : `${title} has one speed`;
    throw new Rejection('invalid-speed', `The speed '${String(given).slice(0, 20)}' is not possible: ${possible}.`);
  }

  #text({ title, maxCharacters }: VoiceEngine, template: string, values: Readonly<Record<string, string>>): string {
    const { text, missing } = fillTemplate(template.trim(), values);
    if (text === '') throw new Rejection('missing-text', 'The row has no text.');
    if (unreadable.test(text)) throw new Rejection('wrong-encoding', 'The text holds what is no text.');
    const { slots = [] } = this.#rules.defaults;
    const unknown = missing.filter((name) => !slots.includes(name));
    if (unknown.length > 0) {
      throw new Rejection(
        'missing-placeholder',
        `The row has no value for ${unknown.map(place).join(', ')}, and the batch names it as no slot.`,
      );
    }
    if (text.length > maxCharacters) {
      throw new Rejection('text-too-long', `The text has ${text.length} characters; ${title} speaks ${maxCharacters} at most.`);
    }
    if (!/[\p{L}\p{N}]/u.test(text)) throw new Rejection('invalid-text', 'The text has no words to speak.');
    return text;
  }

  #slots(engine: VoiceEngine, key: string, text: string): readonly string[] | undefined {
    const slots = placesIn(text, this.#rules.defaults.slots ?? []);
    if (slots.length === 0) return undefined;
    const places = slots.map(place).join(', ');
    if (!engine.realTime) {
      throw new Rejection('invalid-slots', `${engine.title} is too slow to speak ${places} while a caller listens.`);
    }
    if (key.startsWith(promptPrefix)) {
      throw new Rejection('invalid-slots', `Calls play '${key}' as it is: nothing would fill ${places}.`);
    }
    if (partsOf(text, slots).every((part) => part.slots.length > 0)) {
      throw new Rejection('invalid-slots', `No clause is without ${places}: nothing is left to record.`);
    }
    return slots;
  }
}

/** Messages that calls play by their keys, whatever is said. */
const promptPrefix = 'call/';

/** Values that are not empty: an empty cell says nothing. */
const given = (values: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value.trim() !== ''));

function as<T>(code: RejectionCode, what: () => T): T {
  try {
    return what();
  } catch (error) {
    if (!isVoicebotError(error)) throw error;
    throw new Rejection(code, error.hint ? `${error.message} ${error.hint}` : error.message);
  }
}

export const isRejected = (row: BatchItem | RejectedRow): row is RejectedRow => 'code' in row;

/** @throws VoicebotError `invalid-request` for a batch in which nothing can be made, with the first reasons. */
export function assertSomething(items: number, rejected: readonly RejectedRow[]): void {
  if (items > 0) return;
  if (rejected.length === 0) throw new VoicebotError('invalid-request', 'The batch has no rows.');
  const first = rejected.slice(0, 3).map(({ line, message }) => `line ${line}: ${message}`);
  throw new VoicebotError('invalid-request', `None of the ${rejected.length} rows can be made. ${first.join(' ')}`, {
    hint: 'The file needs the columns key and text; voice, engine and speed may be there, and values for placeholders.',
  });
}
