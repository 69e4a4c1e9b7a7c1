import type { Client } from '@temporalio/client';
import { searchAttributes } from '../workflows/definitions.ts';

/** Numbers of Temporal's `IndexedValueType`. */
const indexedTypes: Readonly<Record<string, number>> = { KEYWORD: 2, INT: 3 };

/** `--search-attribute` arguments of the dev server. */
export function searchAttributeFlags(): string[] {
  const names: Readonly<Record<string, string>> = { KEYWORD: 'Keyword', INT: 'Int' };
  return searchAttributes.flatMap(({ name, type }) => ['--search-attribute', `${name}=${names[type]}`]);
}

/**
 * Registers the search attributes that are missing.
 * @throws when the server does not allow it; an administrator then adds them once by hand.
 */
export async function ensureSearchAttributes(client: Client, namespace: string): Promise<void> {
  const operator = client.connection.operatorService;
  const present = await operator.listSearchAttributes({ namespace });
  const missing = searchAttributes.filter(({ name }) => !(name in (present.customAttributes ?? {})));
  if (missing.length === 0) return;
  await operator.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(missing.map(({ name, type }) => [name, indexedTypes[type] ?? 0])),
  });
}
