import { Kokoro } from '../../engines/kokoro/kokoro.ts';
import { SmartTurn } from '../../engines/smart-turn/smart-turn.ts';
import { Whisper } from '../../engines/whisper/whisper.ts';
import { testRuntime } from '../../tests/support/runtime.ts';
import { note } from '../report.ts';
import { speakTurn } from './audio.ts';
import { type JudgedPause, judgeTurn } from './judge.ts';
import { turnSpecs } from './specs.ts';
import type { Part } from './texts.ts';

/** Speaks turns and judges their pauses: some seconds a turn. */
export async function collectTurns(part: Part, count: number, seed: number): Promise<JudgedPause[][]> {
  const runtime = testRuntime();
  const kokoro = new Kokoro(runtime);
  const whisper = new Whisper(runtime, { model: 'base', precision: 'int8', language: 'en' });
  const turns = new SmartTurn(runtime);
  const judged: JudgedPause[][] = [];
  for (const [i, spec] of turnSpecs(part, count, seed).entries()) {
    judged.push(await judgeTurn(await speakTurn(kokoro, spec, seed + i), spec.expected, { whisper, turns }));
    if ((i + 1) % 25 === 0) note(`${i + 1} of ${count} turns`);
  }
  await Promise.all([kokoro, whisper, turns].map((engine) => engine.unload()));
  return judged;
}
