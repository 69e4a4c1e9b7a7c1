import type { Assistant } from '../domain/assistant/assistant.ts';
import type { Behaviour, IntentKind } from '../domain/assistant/behaviours.ts';
import { inOrder, possibleWishes } from '../domain/dialog/agenda.ts';
import { wantedPart } from '../domain/dialog/negation.ts';
import type { OpenMatter } from '../domain/dialog/state.ts';
import { withoutStory } from '../domain/dialog/story.ts';
import { isNarrowed } from '../domain/dialog/unexplained.ts';
import { wordCount } from '../domain/language/words.ts';
import type { Routing, SemanticModel } from '../domain/understanding/semantic-model.ts';
import type { Embedder } from '../engines/types.ts';
import type { TrainedAssistant } from './trained-assistants.ts';

/** Words of a caller, and what the router makes of them. */
export interface Words {
  readonly text: string;
  readonly embedding: Float32Array;
  readonly routing: Routing;
}

/** What a sentence that only refuses something may be taken for. */
const refusing: ReadonlySet<Behaviour> = new Set(['refuse', 'cancel', 'colleague']);

/** Fewer are no wish of their own. */
const leastWords = 3;

/** Takes a caller's words apart: what is wanted, what is not, how many wishes there are, and which words restrict them. */
export class CallerWords {
  readonly #embedder: Embedder;

  constructor(embedder: Embedder) {
    this.#embedder = embedder;
  }

  /** Words of a question about money that restrict it, as the encoder sees them. */
  async restricting(
    text: string,
    intent: string,
    { assistant, tagger }: TrainedAssistant,
    signal: AbortSignal,
  ): Promise<readonly string[]> {
    const embedder = this.#embedder;
    if (!tagger || !embedder.wordStates || !isNarrowed(assistant.does(intent))) return [];
    const words = text.match(/[\p{L}\d$€£][\p{L}\d.,'’&-]*/gu) ?? [];
    const [states] = await embedder.wordStates([words], { signal, priority: 'urgent' });
    return states ? tagger.restricting({ words, states }) : [];
  }

  /** The caller's words without what they do not want to be done or told; nothing where they say no more than that. */
  async wanted(heard: Words, { assistant, model }: TrainedAssistant, signal: AbortSignal): Promise<Words | undefined> {
    const { label } = heard.routing;
    const mayRefuse = assistant.isPersonal(label) || refusing.has(assistant.does(label));
    const text = mayRefuse ? wantedPart(heard.text) : heard.text;
    if (text === '') return undefined;
    // Reasons and circumstances say nothing of what is wanted; what they restrict is read from the whole.
    const matter = matterOf(text);
    if (matter === heard.text || wordCount(matter) < leastWords)
      return text === heard.text ? heard : (await this.#read([text], model, signal))[0];
    const [read] = await this.#read([matter], model, signal);
    return read && { ...read, text };
  }

  async #read(texts: readonly string[], model: SemanticModel, signal: AbortSignal): Promise<Words[]> {
    const embeddings = await this.#embedder.embed(texts, { signal, priority: 'urgent' });
    return embeddings.map((embedding, i) => {
      const text = texts[i] as string;
      return { text, embedding, routing: model.route(text, embedding) };
    });
  }

  /** Wishes that are said in one breath, the first to serve first; nothing where there is one. */
  async wishes(whole: Words, { assistant, model }: TrainedAssistant, signal: AbortSignal): Promise<(Words & OpenMatter)[]> {
    const { text } = whole;
    const parts = possibleWishes(text);
    if (parts.length < 2) return [];
    const read = (await this.#read(parts.map(bare), model, signal)).map((words) => ({
      ...words,
      intent: words.routing.label,
    }));
    const wishes = read.filter(({ routing }) => worthAsking(assistant, routing));
    const different = wishes.filter(({ intent }, i) => wishes.findIndex((other) => other.intent === intent) === i);
    const isSure = (one: (typeof read)[number]) => one.routing.sure || asksPayments(assistant, one.routing);
    const sure = different.filter(isSure);
    const [only] = sure;
    // "Good morning. Block my card.": what is said around the one wish makes it no less sure.
    const besides = read.every((one) => one === only || assistant.kindOf(one.intent) === 'talk');
    if (only && besides && !whole.routing.sure) return [{ ...only, text, embedding: whole.embedding }];
    // What may be an order is asked about once the rest is done.
    const perhaps = different.filter((one) => !isSure(one));
    return sure.length === 0 || different.length < 2 ? [] : [...inOrder(assistant, sure), ...perhaps];
  }
}

/** Words without reasons and circumstances. */
export const matterOf = (text: string): string => withoutStory(text).replace(/\s+/g, ' ').trim();

/** A wish without its reasons, and without what people add out of politeness: both make short wishes look alike. */
function bare(part: string): string {
  const matter = matterOf(part);
  return (wordCount(matter) < leastWords ? part : matter).replace(greeting, '').replace(manners, '');
}

const greeting = /^\W*(?:(?:hello|hi|hey|right|yes|okay|ok|so|well|um|uh|good (?:morning|afternoon|evening))\W+)+/i;
const manners = /(?:[\s,]+(?:please|thank you|thanks|if you can|if possible|for me))+\W*$/i;

/** What is likely of orders and of the caller's own is asked about; anything else must be sure, or it is no wish of its own. */
function worthAsking(assistant: Assistant, routing: Routing): boolean {
  const { label, sure, confidence } = routing;
  const kind = assistant.kindOf(label);
  return kind !== 'talk' && (sure || asksPayments(assistant, routing) || confidence >= (likely[kind] ?? 1));
}

/** Whether their list or their sum is wanted, it is about payments. */
const asksPayments = (assistant: Assistant, { label, runnerUp }: Routing): boolean =>
  runnerUp !== undefined && [label, runnerUp.label].every((name) => paymentQuestions.has(assistant.does(name)));

const paymentQuestions: ReadonlySet<Behaviour> = new Set(['payments', 'spending']);
const likely: Partial<Record<IntentKind, number>> = { action: 0.4, query: 0.5 };
