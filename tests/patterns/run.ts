/**
 * `npm run check:patterns`: how long each regular expression that sees the words of strangers may take, by recheck (https://makenowjust-labs.github.io/recheck).
 * None may take a time that is exponential, or grows faster than the square of a text, and texts are bounded. Verdicts are kept in
 * `tests/vectors/patterns.json`, so that a test only has to see that every pattern has one.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { check } from 'recheck';
import { patterns } from './collect.ts';

const file = new URL('../vectors/patterns.json', import.meta.url);
const known = JSON.parse(await readFile(file, 'utf8').catch(() => '{}')) as Record<string, string>;
const verdicts: Record<string, string> = {};
const bad: string[] = [];
for (const [written, where] of await patterns()) {
  const end = written.lastIndexOf('/');
  verdicts[written] = known[written] ?? (await verdictOf(written.slice(1, end), written.slice(end + 1)));
  if (!/^(?:safe|square|undecided)$/.test(verdicts[written] ?? '')) bad.push(`${where}: ${verdicts[written]}: ${written}`);
}
await writeFile(file, `${JSON.stringify(Object.fromEntries(Object.entries(verdicts).sort()), null, 2)}\n`);
for (const one of bad) process.stderr.write(`${one}\n`);
process.stdout.write(`${JSON.stringify({ patterns: Object.keys(verdicts).length, bad: bad.length })}\n`);
process.exit(bad.length > 0 ? 1 : 0);

async function verdictOf(source: string, flags: string): Promise<string> {
  const verdict = await check(source, flags, { timeout: 20_000 });
  if (verdict.status === 'safe') return 'safe';
  // Too large to decide; another test runs what uses it on texts that are made to be slow.
  if (verdict.status === 'unknown') return 'undecided';
  const { complexity } = verdict;
  return complexity.type === 'polynomial' && complexity.degree <= 2 ? 'square' : complexity.summary;
}
