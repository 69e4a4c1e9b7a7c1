const placeholder = /\{([a-z][\w-]*)\}/gi;

/** Names of what is filled in, in the order of the text. */
export const placeholdersOf = (text: string): string[] => [...text.matchAll(placeholder)].map(([, name = '']) => name);

/** A text with its placeholders filled. One that is filled with nothing leaves no gap. */
export function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text
    .replace(placeholder, (whole, name: string) => values[name] ?? whole)
    .replace(/\s{2,}/g, ' ')
    .replace(/ +(?=[.,;:?!](?:\s|$))/g, '')
    .trim();
}
