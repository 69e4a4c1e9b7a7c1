import type { Assistant } from './assistant/assistant.ts';

/** What a language model reads out of a caller's words, beside the router and the patterns. */
export interface SecondReading {
  /** Name of an intent; undefined for none of those that were offered. */
  readonly intent: string | undefined;
  /** Words of the caller that narrow what is wanted. A model's own words are not among them. */
  readonly restrictions: readonly string[];
}

/** JSON Schema of the answer. @param intents names that may be chosen. */
export const readingSchema = (intents: readonly string[]) =>
  ({
    type: 'object',
    properties: {
      intent: { type: 'string', enum: [...intents, 'other'] },
      restrictions: { type: 'array', items: { type: 'string' }, maxItems: 6 },
    },
    required: ['intent', 'restrictions'],
    additionalProperties: false,
  }) as const;

export function readingPrompt(text: string, intents: Readonly<Record<string, string>>) {
  const list = Object.entries(intents).map(([name, says]) => `${name}: ${says}`);
  return [
    {
      role: 'system',
      content:
        'You read what a caller of a bank wants. Answer with JSON: "intent" is one name of the list, or "other"; "restrictions" are the ' +
        "caller's own words that narrow it (shops, kinds of shops, periods, amounts, accounts, places, persons), copied exactly.\n" +
        list.join('\n'),
    },
    { role: 'user', content: text },
  ] as const;
}

/** Keeps what the caller did say: a model can choose and restrict, and supplies no name or number of its own. */
export function readingOf(answer: unknown, text: string, intents: readonly string[]): SecondReading | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined;
  const { intent, restrictions } = answer as { readonly intent?: unknown; readonly restrictions?: unknown };
  if (typeof intent !== 'string') return undefined;
  const said = text.toLowerCase();
  const named = (Array.isArray(restrictions) ? restrictions : []).filter(
    (one): one is string => typeof one === 'string' && one.trim() !== '' && said.includes(one.trim().toLowerCase()),
  );
  return { intent: intents.includes(intent) ? intent : undefined, restrictions: named.map((one) => one.trim()) };
}

/** The intents that a second reader chooses from: what the router holds for possible at all. */
export function readableIntents(assistant: Assistant, names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, assistant.intent(name).says]));
}
