import type { Assistant } from '../assistant/assistant.ts';
import { placeholdersOf } from '../assistant/fill.ts';
import { type WordingKey, wordingKeys } from '../assistant/wording-keys.ts';
import { identifications, identify } from './identification.ts';

/** What is only a part of what is said. */
const parts = /^(?:secret|account|card|payments?|scope)-/;

/** Everything approved that is said as it stands, whoever calls and whatever about: it can be speech before anybody hears it. */
export function approvedReplies(assistant: Assistant): string[] {
  const say = assistant.saying('');
  const keys = Object.keys(wordingKeys) as WordingKey[];
  const fixed = keys.filter((key) => !parts.test(key)).flatMap((key) => assistant.wordingOf(key));
  const intents = [...assistant.intents.values()];
  return [
    ...identifications.flatMap((need) => [identify.again(say, need), identify.goOn(say, need), identify.which(say, need)]),
    ...intents.filter(({ kind }) => kind !== 'talk').map(({ says }) => say('offer-matter', { matter: says })),
    ...intents.flatMap(({ reply = [] }) => reply),
    ...intents.flatMap(({ operation }) => operation?.values.map(({ ask }) => ask) ?? []),
    ...fixed.filter((text) => placeholdersOf(text).length === 0),
  ];
}
