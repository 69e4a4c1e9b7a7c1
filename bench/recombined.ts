/**
 * Sentences made by recombining wishes, restrictions and repairs, each with the frame that it was made from:
 * `npm run bench:recombined [-- --sentences 2000 --seed 1]`. A frame is found, or the bot asks; no wrong frame is acted on. The last line is JSON.
 */
import { parseArgs } from 'node:util';
import { bankClock } from '../domain/language/dates.ts';
import { randomFrom } from '../tests/support/random.ts';
import { Grammar } from './recombined/grammar.ts';
import { Listener } from './recombined/listener.ts';
import { machine, note, printReport, spread } from './report.ts';

const { values } = parseArgs({
  options: { sentences: { type: 'string', default: '2000' }, seed: { type: 'string', default: '1' } },
});
const today = bankClock('UTC').today();
const grammar = new Grammar(randomFrom(Number(values.seed)), today);
const listener = await Listener.open();
const byFamily: Record<string, { of: number; found: number; asked: number; wrong: number }> = {};
const times: number[] = [];
for (let i = 0; i < Number(values.sentences); i++) {
  const { family, text, frame } = grammar.sentence();
  const { verdict, because, ms } = await listener.judge(text, frame);
  times.push(ms);
  byFamily[family] ??= { of: 0, found: 0, asked: 0, wrong: 0 };
  byFamily[family].of++;
  byFamily[family][verdict]++;
  if (verdict !== 'found') note(`${verdict.toUpperCase()} ${family}: ${text}${because ? ` → ${because}` : ''}`);
}
await listener.close();
const sum = (verdict: 'found' | 'asked' | 'wrong') => Object.values(byFamily).reduce((n, family) => n + family[verdict], 0);
printReport({
  bench: 'recombined',
  machine: machine(),
  sentences: Number(values.sentences),
  found: sum('found'),
  asked: sum('asked'),
  wrong: sum('wrong'),
  byFamily,
  understandMs: spread(times),
});
process.exit(0);
