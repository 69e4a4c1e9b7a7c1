import { expect, it } from 'vitest';
import { apiDocument } from '../../docs/api-document.ts';
import { hasApiTypes } from '../../docs/api-types.ts';
import { readPage, referencePages } from '../../docs/generate.ts';

const pages = [...(await referencePages())];

it.each(pages)('%s says what the code says (npm run reference writes it anew)', async (path, text) => {
  expect(await readPage(path)).toBe(text);
});

it('every setting is described', () => {
  const [, configuration = ''] = pages[0] ?? [];
  expect(configuration).not.toMatch(/\| {2}\|$/m);
});

it('the types of the client are those of the API (npm run reference writes them anew)', async () => {
  expect(await hasApiTypes(await apiDocument())).toBe(true);
});
