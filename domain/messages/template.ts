const name = /[\p{L}_][\p{L}\p{N}_.-]*/u.source;
/** A place in a text that is filled in later: `{{name}}`. */
const placeholder = new RegExp(`\\{\\{\\s*(${name})\\s*\\}\\}`, 'gu');
/** What a place may be called. */
export const placeholderName = new RegExp(`^${name}$`, 'u');

export interface Filled {
  readonly text: string;
  /** Places for which there was no value, in the order of the text. */
  readonly missing: readonly string[];
}

/** Puts values into the places of a text. Values are taken as they are: what looks like a place in one stays as it is. */
export function fillTemplate(text: string, values: Readonly<Record<string, string>>): Filled {
  const missing = new Set<string>();
  const filled = text.replace(placeholder, (_, called: string) => {
    const value = Object.hasOwn(values, called) ? values[called]?.trim() : undefined;
    if (value) return value;
    missing.add(called);
    return place(called);
  });
  return { text: filled, missing: [...missing] };
}

/** How a place is written. */
export const place = (called: string): string => `{{${called}}}`;

/** Those of these names that the text has a place for. */
export const placesIn = (text: string, names: readonly string[]): string[] => names.filter((name) => text.includes(place(name)));
