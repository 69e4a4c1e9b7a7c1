/** A place in a text that is filled in later: `{{name}}`. */
const placeholder = /\{\{\s*([\p{L}_][\p{L}\p{N}_.-]*)\s*\}\}/gu;

export interface Filled {
  readonly text: string;
  /** Places for which there was no value, in the order of the text. */
  readonly missing: readonly string[];
}

/** Puts values into the places of a text. Values are taken as they are: what looks like a place in one stays as it is. */
export function fillTemplate(text: string, values: Readonly<Record<string, string>>): Filled {
  const missing = new Set<string>();
  const filled = text.replace(placeholder, (place, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name]?.trim() : undefined;
    if (value) return value;
    missing.add(name);
    return place;
  });
  return { text: filled, missing: [...missing] };
}
