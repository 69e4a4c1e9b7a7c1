import { SmartTurn } from '../../engines/smart-turn/smart-turn.ts';
import { Whisper } from '../../engines/whisper/whisper.ts';
import { testRuntime } from '../../tests/support/runtime.ts';
import { note } from '../report.ts';
import { speakTurn } from './audio.ts';
import { type JudgedPause, judgeTurn } from './judge.ts';
import { turnSpecs } from './specs.ts';
import type { Part } from './texts.ts';
import { CuttingVoice } from './voice.ts';

export interface JudgedTurn {
  /** What was spoken. */
  readonly text: string;
  readonly pauses: readonly JudgedPause[];
}

/** Speaks turns and judges their pauses: some seconds a turn. */
export async function collectTurns(part: Part, count: number, seed: number): Promise<JudgedTurn[]> {
  const runtime = testRuntime();
  const voice = await CuttingVoice.open();
  const whisper = new Whisper(runtime, { model: 'base', precision: 'int8', language: 'en' });
  const turns = new SmartTurn(runtime);
  const judged: JudgedTurn[] = [];
  for (const [i, spec] of turnSpecs(part, count, seed).entries()) {
    const audio = await speakTurn(voice, spec, seed + i);
    const text = [...new Set(spec.stretches.map((stretch) => stretch.text))].join(' ');
    if (audio) judged.push({ text, pauses: await judgeTurn(audio, spec.expected, { whisper, turns }) });
    if ((i + 1) % 25 === 0) note(`${i + 1} of ${count} turns`);
  }
  await Promise.all([whisper, turns].map((engine) => engine.unload()));
  return judged;
}
