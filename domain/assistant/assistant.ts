import type { Restrictions } from '../understanding/taught-sentences.ts';
import { hashOf } from '../understanding/text-features.ts';
import type { Behaviour, IntentKind } from './behaviours.ts';
import { fill, placeholdersOf } from './fill.ts';
import type { AssistantIntent } from './intent.ts';
import type { Say, WordingKey } from './wording-keys.ts';

export type Wording = Readonly<Record<WordingKey, readonly string[]>>;

export interface AssistantParts {
  readonly name: string;
  /** Hash of its files. */
  readonly version: string;
  /** ISO 639-1. */
  readonly language: string;
  readonly intents: readonly AssistantIntent[];
  readonly wording: Wording;
  /** How callers narrow questions; none where the files do not say. */
  readonly restrictions: Restrictions | undefined;
}

/** What a bank has written about its assistant: what callers may want, what is done about it, and what is said. */
export class Assistant {
  readonly name: string;
  readonly version: string;
  readonly language: string;
  readonly intents: ReadonlyMap<string, AssistantIntent>;
  readonly restrictions: Restrictions | undefined;
  readonly #wording: Wording;

  constructor({ name, version, language, intents, wording, restrictions }: AssistantParts) {
    this.name = name;
    this.version = version;
    this.language = language;
    this.intents = new Map(intents.map((intent) => [intent.name, intent]));
    this.restrictions = restrictions;
    this.#wording = wording;
  }

  /** One that the assistant does not have is a question like any other. */
  intent(name: string): AssistantIntent {
    const found = this.intents.get(name) ?? this.doing('article');
    if (!found) throw new Error(`The assistant ${this.name} answers no questions.`);
    return found;
  }

  /** The first intent that does this. */
  doing(does: Behaviour): AssistantIntent | undefined {
    return [...this.intents.values()].find((intent) => intent.does === does);
  }

  kindOf(name: string): IntentKind {
    return this.intent(name).kind;
  }

  does(name: string): Behaviour {
    return this.intent(name).does;
  }

  /** What only the bank knows, or only the caller may ask for. */
  isPersonal(name: string): boolean {
    const { kind, trust } = this.intent(name);
    return (kind === 'query' || kind === 'action') && trust !== 'none';
  }

  /** Phrases with the intents that they stand for. */
  get phrases(): { readonly text: string; readonly label: string }[] {
    return [...this.intents.values()].flatMap(({ name, phrases }) => phrases.map((text) => ({ text, label: name })));
  }

  /**
   * Approved words, of several ways to say a thing the one that the seed stands for.
   * @param seed the same gives the same words, in every run of a turn.
   */
  saying(seed: string): Say {
    const n = hashOf(seed);
    return (key, ...[values]) => {
      const texts = this.#wording[key];
      return fill(texts[n % texts.length] ?? '', values ?? {});
    };
  }

  /** Every way to say a thing, as it stands in the files. */
  wordingOf(key: WordingKey): readonly string[] {
    return this.#wording[key];
  }

  /** All approved texts; what is filled in is left out. */
  get texts(): string[] {
    const own = [...this.intents.values()].flatMap(({ reply = [], operation }) => [
      ...reply,
      ...(operation ? [operation.confirm ?? '', operation.done, ...operation.values.map(({ ask }) => ask)] : []),
    ]);
    return [...Object.values(this.#wording).flat(), ...own].map((text) =>
      placeholdersOf(text).reduce((left, name) => left.replaceAll(`{${name}}`, ' '), text),
    );
  }
}
