/**
 * How well questions are understood, on a data set of one's own: `npm run bench:understanding -- --dataset FILE [--test FILE]`.
 * A CSV with the columns `text` and `category`. Without `--test` a fifth of it, chosen by a hash of the text, is asked and the rest is
 * known. Nothing is fitted on what is asked.
 */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { parse } from 'csv-parse/sync';
import type { Example } from '../domain/understanding/evidence.ts';
import { learn } from '../domain/understanding/learn.ts';
import { SemanticModel } from '../domain/understanding/semantic-model.ts';
import { hashOf } from '../domain/understanding/text-features.ts';
import { Minilm } from '../engines/minilm/minilm.ts';
import { testRuntime } from '../tests/support/runtime.ts';
import { machine, note, printReport, round, spread } from './report.ts';

const { values } = parseArgs({ options: { dataset: { type: 'string' }, test: { type: 'string' } } });
if (!values.dataset) throw new Error('Give a CSV file with the columns text and category: --dataset FILE.');

interface Row {
  readonly text: string;
  readonly category: string;
}

const rowsOf = async (file: string): Promise<Row[]> =>
  parse(await readFile(file, 'utf8'), { columns: true, skip_empty_lines: true });
const askedShare = 0.2;
const isAsked = ({ text }: Row) => hashOf(text) / 2 ** 32 >= 1 - askedShare;

const all = await rowsOf(values.dataset);
const known = values.test ? all : all.filter((row) => !isAsked(row));
const asked = values.test ? await rowsOf(values.test) : all.filter(isAsked);

const embedder = new Minilm(testRuntime());
async function embedded(rows: readonly Row[]): Promise<Example[]> {
  const vectors: Float32Array[] = [];
  for (let i = 0; i < rows.length; i += 64)
    vectors.push(...(await embedder.embed(rows.slice(i, i + 64).map(({ text }) => text))));
  return rows.map(({ text, category }, i) => ({ text, label: category, embedding: vectors[i] as Float32Array }));
}
note(`embedding ${known.length} known questions and ${asked.length} asked ones`);
const examples = await embedded(known);
const questions = await embedded(asked);
await embedder.unload();

note('learning from the known ones');
const started = performance.now();
const model = new SemanticModel(examples, learn(examples));
const learnMs = performance.now() - started;

note('asking');
const count = { right: 0, sure: 0, rightSure: 0, served: 0, wrong: 0 };
const times: number[] = [];
for (const { text, label, embedding } of questions) {
  const before = performance.now();
  const routing = model.route(text, embedding);
  times.push(performance.now() - before);
  const right = routing.label === label;
  if (right) count.right++;
  if (routing.sure) count.sure++;
  if (routing.sure && right) count.rightSure++;
  const neighbours = model.neighbours(text, embedding);
  const [nearest] = neighbours;
  if (!nearest || model.hit(text, routing, neighbours, nearest.label).probability < model.hitFrom) continue;
  count.served++;
  if (nearest.label !== label) count.wrong++;
}
const share = (part: number, whole: number) => round(part / whole, 4);
printReport({
  machine: machine(),
  known: known.length,
  asked: questions.length,
  labels: new Set(known.map(({ category }) => category)).size,
  learnMs: Math.round(learnMs),
  routeMs: spread(times),
});
printReport({
  cache: { served: share(count.served, questions.length), wrong: share(count.wrong, count.served) },
  router: {
    right: share(count.right, questions.length),
    unsure: share(questions.length - count.sure, questions.length),
    rightWhenSure: share(count.rightSure, count.sure),
  },
});
