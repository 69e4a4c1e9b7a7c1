/**
 * `npm run bench:endpointing`: how soon the end of a turn is told, and how many turns are cut off, as livekit/eot-bench measures it: every
 * pause of 100 ms and more gets a score that knows nothing of what follows, and every policy on the scores is tried. For silence alone, Smart
 * Turn alone, the rules of 0.4.0, and the model that was learnt. Speakers and texts are held apart from what it was fitted on. The last line is
 * JSON. `--turns N`, `--seed N`; `--dataset DIR`: Parquet files of livekit/eot-bench-data (WAV audio) instead of turns made here.
 */
import { parseArgs } from 'node:util';
import { releaseMsFor } from '../domain/endpointing/completeness.ts';
import { EndOfTurn } from '../domain/endpointing/end-of-turn.ts';
import { endOfTurnParameters } from '../domain/endpointing/parameters.ts';
import { SmartTurn } from '../engines/smart-turn/smart-turn.ts';
import { Whisper } from '../engines/whisper/whisper.ts';
import { testRuntime } from '../tests/support/runtime.ts';
import { machine, note, printReport, round } from './report.ts';
import { collectTurns } from './turns/collect.ts';
import { datasetTurns } from './turns/dataset.ts';
import { type JudgedPause, judgeTurn, scorers } from './turns/judge.ts';
import { liveBounds } from './turns/live-bounds.ts';
import { cutOffsWithin, delayAt, sweep } from './turns/policy.ts';

const { values } = parseArgs({
  options: {
    turns: { type: 'string', default: '500' },
    seed: { type: 'string', default: '2' },
    dataset: { type: 'string' },
  },
});

async function fromDataset(folder: string): Promise<(readonly JudgedPause[])[]> {
  const runtime = testRuntime();
  const engines = {
    whisper: new Whisper(runtime, { model: 'base', precision: 'int8', language: 'en' }),
    turns: new SmartTurn(runtime),
  };
  const judged: (readonly JudgedPause[])[] = [];
  for await (const turn of datasetTurns(folder)) {
    judged.push(await judgeTurn(turn, undefined, engines));
    if (judged.length % 25 === 0) note(`${judged.length} turns`);
  }
  await Promise.all([engines.whisper.unload(), engines.turns.unload()]);
  return judged;
}

const turns = values.dataset
  ? await fromDataset(values.dataset)
  : (await collectTurns('measure', Number(values.turns), Number(values.seed))).map(({ pauses }) => pauses);

const percent = (share: number) => round(100 * share, 1);
const results = Object.fromEntries(
  Object.entries(scorers()).map(([name, score]) => {
    const points = sweep(
      turns.map((pauses) => pauses.map(({ evidence, lengthMs, last }) => ({ score: score(evidence), lengthMs, last }))),
    );
    const delay = (cutOffs: number) => {
      const ms = delayAt(points, cutOffs);
      return Number.isFinite(ms) ? round(ms) : 'unknown';
    };
    return [
      name,
      {
        falseCutOffsAt300Ms: percent(cutOffsWithin(points, 300)),
        falseCutOffsAt600Ms: percent(cutOffsWithin(points, 600)),
        delayMsAt5Percent: delay(0.05),
        delayMsAt10Percent: delay(0.1),
      },
    ];
  }),
);

/** As a live call waits, with the settings that a line has by default. */
function inCalls(releaseMs: (pause: JudgedPause) => number) {
  const cut = turns.filter((pauses) => pauses.some((pause) => !pause.last && releaseMs(pause) < pause.lengthMs)).length;
  const ends = turns.flatMap((pauses) => pauses.filter(({ last }) => last).map(releaseMs));
  return { cutOffs: percent(cut / turns.length), meanDelayMs: round(ends.reduce((sum, ms) => sum + ms, 0) / ends.length) };
}

const model = new EndOfTurn();
const { smartTurn, ours } = results;
const share = (a: unknown, b: unknown) => (typeof a === 'number' && typeof b === 'number' && b > 0 ? round(a / b, 2) : 'unknown');
printReport({
  bench: 'endpointing',
  machine: machine(),
  turns: turns.length,
  pauses: turns.flat().length - turns.length,
  data: values.dataset ? 'eot-bench-data, English' : 'made here; speakers and texts held apart',
  model: endOfTurnParameters ? endOfTurnParameters.madeFrom : 'none: the rules decide',
  results,
  oursOfSmartTurn: {
    delayAt5Percent: share(ours?.delayMsAt5Percent, smartTurn?.delayMsAt5Percent),
    falseCutOffsAt300Ms: share(ours?.falseCutOffsAt300Ms, smartTurn?.falseCutOffsAt300Ms),
  },
  liveCalls: {
    rules: inCalls(({ evidence: { voice, words } }) => releaseMsFor(liveBounds, voice, words)),
    ours: inCalls(({ evidence }) => model.releaseMs(liveBounds, evidence)),
  },
});
process.exit(0);
