/** Contractions as people type them and some recognisers write them; "wont", "wed", "well", "were", "shell" and "id" are words of their own. */
const negated = /\b(do|does|did|is|are|was|were|has|have|had|ca|could|would|should|must|ai)nt\b/gi;
const joined: readonly (readonly [RegExp, string])[] = [
  [/\b(what|that|who|where|when|how|there|here)s\b/gi, "$1's"],
  [/\bim\b/gi, "I'm"],
  [/\bive\b/gi, "I've"],
  [/\b(you|they)re\b/gi, "$1're"],
  [/\b(you|they|we)ve\b/gi, "$1've"],
  [/\b(you|they)ll\b/gi, "$1'll"],
];

/** With the apostrophes that were left out: "i dont think thats right". */
export const withApostrophes = (text: string): string =>
  joined.reduce((rest, [pattern, full]) => rest.replace(pattern, full), text.replace(negated, "$1n't"));
