import type { Assistant } from '../domain/assistant/assistant.ts';
import type { Routing } from '../domain/understanding/semantic-model.ts';
import type { LanguageModel } from '../engines/types.ts';

/** A router that is this far from sure has no idea: the model would be guessing too. */
const leastProbability = 0.02;

/**
 * Asks a language model that can call tools what the caller wants. It chooses among what is possible and fills in nothing: amounts, days
 * and names come from the caller's words alone.
 */
export async function chooseByTools(
  model: LanguageModel,
  assistant: Assistant,
  text: string,
  { probabilities }: Routing,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (!model.chooseTool) return undefined;
  const possible = [...assistant.intents.keys()].filter((name) => (probabilities.get(name) ?? 0) >= leastProbability);
  if (possible.length < 2) return undefined;
  const messages = [
    {
      role: 'system',
      content:
        'A caller speaks to a bank on the telephone. Call the one tool that fits what the caller wants. Call none if you are not sure.',
    },
    { role: 'user', content: text },
  ] as const;
  const tools = possible.map((name) => ({
    name: name.replaceAll('-', '_'),
    description: `The caller wants: ${assistant.intent(name).says}.`,
  }));
  const chosen = await model.chooseTool(messages, tools, { signal, priority: 'urgent' }).catch((error) => {
    // A second opinion; without it the caller is asked.
    if (signal.aborted) throw error;
    return undefined;
  });
  return possible.find((name) => name.replaceAll('-', '_') === chosen);
}
