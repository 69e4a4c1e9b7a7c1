/**
 * What the output guard lets pass: `npm run bench:guard`. Adversarial sentences, of which none may pass, and good ones, of which hardly
 * any may be withheld. Sentences of one's own, one a line, are tried with `--file FILE` (without facts, as a model would say them).
 */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { guardInput } from '../domain/input-guard.ts';
import { checkSentence } from '../domain/output-guard.ts';
import { splitSentences } from '../domain/sentences.ts';
import { attacks } from './attacks.ts';
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
/** Of what a model that obeyed would say, a sentence may pass where another one of it does not: all of them must. */
const obeyed = attacks().map((attack) => ({
  ...attack,
  passed: splitSentences(attack.says).every((sentence) => !checkSentence(sentence, [])),
  refused: attack.comes.some((text) => guardInput(text).refused),
}));
for (const { family, says, passed: through } of obeyed) if (through) note(`OBEYED (${family}): ${says}`);
const families = Object.fromEntries(
  [...new Set(obeyed.map(({ family }) => family))].map((family) => {
    const its = obeyed.filter((one) => one.family === family);
    const refused = its.filter((one) => one.refused).length;
    return [family, { attacks: its.length, spoken: its.filter((one) => one.passed).length, refusedBeforeAnyModel: refused }];
  }),
);
const fine = good();
const withheld = fine.filter(({ sentence, facts }) => checkSentence(sentence, facts));
for (const { sentence, facts } of withheld) note(`WITHHELD (${checkSentence(sentence, facts)?.kind}): ${sentence}`);
const byKind = Object.fromEntries(
  [...new Set(bad.map(({ kind }) => kind))].map((kind) => [kind, bad.filter((one) => one.kind === kind).length]),
);
printReport({ machine: machine(), byKind });
printReport({ attacks: obeyed.length, spoken: obeyed.filter((one) => one.passed).length, families });
printReport({
  adversarial: { sentences: new Set(bad.map(({ sentence }) => sentence)).size, passed: passed.length },
  good: {
    sentences: new Set(fine.map(({ sentence }) => sentence)).size,
    withheld: withheld.length,
    falseAlarms: round(withheld.length / fine.length, 4),
  },
});
