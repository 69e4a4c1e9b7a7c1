import type { Assistant } from '../domain/assistant/assistant.ts';
import { deadline } from '../domain/deadline.ts';
import { hasSlots, slotsIn } from '../domain/dialog/slots.ts';
import type { Day } from '../domain/language/dates.ts';
import { readableIntents, readingOf, readingPrompt, readingSchema, type SecondReading } from '../domain/second-reading.ts';
import type { Routing } from '../domain/understanding/semantic-model.ts';
import type { ModelRoles } from '../engines/probe/model-roles.ts';
import type { LanguageModel } from '../engines/types.ts';
import { chooseByTools } from './tool-choice.ts';

export interface SecondReaderOptions {
  readonly model: LanguageModel;
  readonly roles: Pick<ModelRoles, 'may'>;
  /** A turn waits no longer for it. */
  readonly timeoutMs: number;
}

/** What the router and a second reader come to together. */
export interface Reading {
  readonly intent: string;
  readonly sure: boolean;
  readonly runnerUp: string | undefined;
  /** Restrictions that only the second reader saw. */
  readonly unread: readonly string[];
}

/** What the router holds for less likely is not offered to anybody. */
const leastProbability = 0.02;
/** Words of a restriction that say nothing by themselves. */
const little = /^(?:the|my|our|a|an|on|at|in|for|to|from|of|and|or|with|by|please)$/i;

/**
 * A language model beside the router. Where both agree the bot is sure; where they do not, it asks. The model chooses among what the router
 * holds for possible, and restricts by the caller's own words: it supplies nothing.
 */
export class SecondReader {
  readonly #options: SecondReaderOptions;

  constructor(options: SecondReaderOptions) {
    this.#options = options;
  }

  async read(assistant: Assistant, text: string, routing: Routing, today: Day, signal: AbortSignal): Promise<Reading> {
    const alone = { intent: routing.label, sure: routing.sure, runnerUp: routing.runnerUp?.label, unread: [] };
    const { model, roles } = this.#options;
    if (roles.may('read') && model.read) {
      const reading = await this.#reading(assistant, text, routing, signal);
      return reading ? together(alone, reading, text, today) : alone;
    }
    if (routing.sure || !roles.may('tools')) return alone;
    const chosen = await chooseByTools(model, assistant, text, routing, this.#within(signal));
    return chosen === undefined ? alone : { ...alone, intent: chosen, sure: true };
  }

  async #reading(
    assistant: Assistant,
    text: string,
    { probabilities }: Routing,
    signal: AbortSignal,
  ): Promise<SecondReading | undefined> {
    const { model } = this.#options;
    const names = [...assistant.intents.keys()].filter((name) => (probabilities.get(name) ?? 0) >= leastProbability);
    const offered = readableIntents(assistant, names);
    const within = this.#within(signal);
    try {
      const answer = await model.read?.(readingPrompt(text, offered), readingSchema(names), {
        signal: within,
        priority: 'urgent',
      });
      return readingOf(answer, text, names);
    } catch (error) {
      // A second opinion; without it, or where it is late, the router's counts.
      if (signal.aborted) throw error;
      return undefined;
    }
  }

  #within(signal: AbortSignal): AbortSignal {
    return deadline(this.#options.timeoutMs, signal);
  }
}

function together(router: Reading, { intent, restrictions }: SecondReading, text: string, today: Day): Reading {
  const read = JSON.stringify(Object.values(slotsIn(text, today))).toLowerCase();
  const unread = restrictions
    .filter((words) => !hasSlots(slotsIn(words, today)))
    .flatMap((words) => words.toLowerCase().match(/\p{L}[\p{L}'’-]*/gu) ?? [])
    .filter((word) => !little.test(word) && !read.includes(word));
  // It names none of what is offered: that is no other reading.
  if (intent === undefined || intent === router.intent) return { ...router, sure: router.sure || intent !== undefined, unread };
  // Two readers, two wishes: the bot asks which.
  if (router.sure) return { ...router, sure: false, runnerUp: intent, unread };
  return intent === router.runnerUp ? { ...router, intent, sure: true, runnerUp: router.intent, unread } : { ...router, unread };
}
