/**
 * `npm run fit:endpointing`: fits the model of the end of a turn on turns that are spoken here, and writes its parameters.
 * `--sets SEED:TURNS,...`; `--judged FILE`: pauses that were judged before.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { version } from '../config/version.ts';
import { releaseMsFor } from '../domain/endpointing/completeness.ts';
import { EndOfTurn } from '../domain/endpointing/end-of-turn.ts';
import { endOfTurnFeatures, featureNames } from '../domain/endpointing/evidence.ts';
import type { EndOfTurnParameters } from '../domain/endpointing/parameters.ts';
import { Logistic } from '../domain/understanding/logistic.ts';
import { hashOf } from '../domain/understanding/text-features.ts';
import { note } from './report.ts';
import { collectTurns, type JudgedTurn } from './turns/collect.ts';
import type { JudgedPause } from './turns/judge.ts';
import { liveBounds } from './turns/live-bounds.ts';

const { values } = parseArgs({
  options: {
    sets: { type: 'string', default: '11:600,21:1000' },
    judged: { type: 'string' },
  },
});
async function collectSets(sets: string): Promise<JudgedTurn[]> {
  const all: JudgedTurn[] = [];
  for (const set of sets.split(',')) {
    const [seed, turns] = set.split(':').map(Number);
    if (!seed || !turns) throw new Error(`${set} is no SEED:TURNS.`);
    all.push(...(await collectTurns('fit', turns, seed)));
  }
  return all;
}

const judged: JudgedTurn[] = values.judged ? JSON.parse(await readFile(values.judged, 'utf8')) : await collectSets(values.sets);

const rows = judged.map(({ pauses }) =>
  pauses.filter(({ evidence }) => evidence.ending).map(({ evidence, last }) => ({ features: endOfTurnFeatures(evidence), last })),
);
const fitted = (from: typeof rows) =>
  Logistic.fit(
    from.flat().map(({ features }) => features),
    from.flat().map(({ last }) => last),
  );

/** Thresholds are chosen on turns whose words their model has not seen. */
const folds = 5;
const unseen = judged.map(({ text, pauses }) => ({ pauses, fold: hashOf(text) % folds }));
const models = Array.from({ length: folds }, (_, fold) => fitted(rows.filter((_, i) => unseen[i]?.fold !== fold)));

function tried(releaseMs: (pause: JudgedPause, fold: number) => number) {
  const cut = unseen.filter(({ pauses, fold }) => pauses.some((p) => !p.last && releaseMs(p, fold) < p.lengthMs)).length;
  const ends = unseen.flatMap(({ pauses, fold }) => pauses.filter(({ last }) => last).map((p) => releaseMs(p, fold)));
  return { cutOffs: cut / judged.length, delayMs: ends.reduce((sum, ms) => sum + ms, 0) / ends.length };
}

const rules = tried(({ evidence: { voice, words } }) => releaseMsFor(liveBounds, voice, words));
const logistic = fitted(rows).parameters;
const madeFrom = `${judged.length} turns, sets ${values.sets}, by npm run fit:endpointing of ${version}`;
let best: { parameters: EndOfTurnParameters; delayMs: number; cutOffs: number } | undefined;
for (let sureFrom = 0.2; sureFrom < 0.99; sureFrom += 0.02) {
  for (let unsureBelow = 0.02; unsureBelow < sureFrom - 0.1; unsureBelow += 0.04) {
    const engines = models.map(
      ({ parameters }) => new EndOfTurn({ features: featureNames, logistic: parameters, sureFrom, unsureBelow, madeFrom: '' }),
    );
    const { cutOffs, delayMs } = tried(({ evidence }, fold) => (engines[fold] as EndOfTurn).releaseMs(liveBounds, evidence));
    // A quarter of what the rules cut off; of those, the shortest wait.
    if (cutOffs > rules.cutOffs / 4 || (best && delayMs >= best.delayMs)) continue;
    best = {
      delayMs,
      cutOffs,
      parameters: { features: featureNames, logistic, sureFrom, unsureBelow, madeFrom },
    };
  }
}
if (!best) throw new Error('No threshold cuts off a quarter of the turns that the rules do.');
note(JSON.stringify({ rules, ours: { cutOffs: best.cutOffs, delayMs: best.delayMs } }));
const short = (numbers: readonly number[]) => numbers.map((value) => Number(value.toPrecision(5)));
const { logistic: _, ...rest } = best.parameters;
const written = {
  ...rest,
  logistic: { weights: short(logistic.weights), means: short(logistic.means), scales: short(logistic.scales) },
};
await writeFile(
  new URL('../domain/endpointing/parameters.json', import.meta.url),
  `${JSON.stringify({ ...written, sureFrom: Number(rest.sureFrom.toFixed(3)), unsureBelow: Number(rest.unsureBelow.toFixed(3)) }, null, 2)}\n`,
);
process.exit(0);
