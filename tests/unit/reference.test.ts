import { expect, it } from 'vitest';
import { readPage, referencePages } from '../../docs/generate.ts';

const pages = [...(await referencePages())];

it.each(pages)('%s says what the code says (npm run reference writes it anew)', async (path, text) => {
  expect(await readPage(path)).toBe(text);
});

it('every setting is described', () => {
  const [, configuration = ''] = pages[0] ?? [];
  expect(configuration).not.toMatch(/\| {2}\|$/m);
});
