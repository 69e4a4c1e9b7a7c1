/**
 * What the output guard lets pass: `npm run bench:guard`. Adversarial sentences, of which none may pass, and good ones, of which hardly
 * any may be withheld. Sentences of one's own, one a line, are tried with `--file FILE` (without facts, as a model would say them).
 */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { checkSentence } from '../domain/output-guard.ts';
import { adversarial, good } from './guard-cases.ts';
import { machine, note, printReport, round } from './report.ts';

const { values } = parseArgs({ options: { file: { type: 'string' } } });
if (values.file) {
  const sentences = (await readFile(values.file, 'utf8')).split('\n').filter(Boolean);
  for (const sentence of sentences) note(`${checkSentence(sentence, [])?.kind ?? 'passes'}: ${sentence}`);
}

const bad = adversarial();
const passed = bad.filter(({ sentence, facts }) => !checkSentence(sentence, facts));
for (const { kind, sentence } of passed) note(`PASSED (${kind}): ${sentence}`);
const fine = good();
const withheld = fine.filter(({ sentence, facts }) => checkSentence(sentence, facts));
for (const { sentence, facts } of withheld) note(`WITHHELD (${checkSentence(sentence, facts)?.kind}): ${sentence}`);
const byKind = Object.fromEntries(
  [...new Set(bad.map(({ kind }) => kind))].map((kind) => [kind, bad.filter((one) => one.kind === kind).length]),
);
printReport({ machine: machine(), byKind });
printReport({
  adversarial: { sentences: new Set(bad.map(({ sentence }) => sentence)).size, passed: passed.length },
  good: {
    sentences: new Set(fine.map(({ sentence }) => sentence)).size,
    withheld: withheld.length,
    falseAlarms: round(withheld.length / fine.length, 4),
  },
});
