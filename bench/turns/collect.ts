import { availableParallelism } from 'node:os';
import { SmartTurn } from '../../engines/smart-turn/smart-turn.ts';
import { Whisper } from '../../engines/whisper/whisper.ts';
import { testRuntime } from '../../tests/support/runtime.ts';
import { note } from '../report.ts';
import { speakTurn } from './audio.ts';
import { type JudgedPause, judgeTurn } from './judge.ts';
import { type TurnSpec, turnSpecs } from './specs.ts';
import type { Part } from './texts.ts';
import { CuttingVoice } from './voice.ts';

export interface JudgedTurn {
  /** What was spoken. */
  readonly text: string;
  readonly pauses: readonly JudgedPause[];
}

/** Each lane holds its own engines, about 0.7 GB. */
const mostLanes = 4;

/** Speaks turns and judges their pauses: about a second a turn. Turns that cannot be cut are left out. */
export async function collectTurns(part: Part, count: number, seed: number): Promise<JudgedTurn[]> {
  const specs = turnSpecs(part, count, seed);
  const judged = new Map<number, JudgedTurn>();
  let next = 0;
  const lane = async (threads: number) => {
    const runtime = testRuntime({ threads });
    const voice = await CuttingVoice.open(threads);
    const whisper = new Whisper(runtime, { model: 'base', precision: 'int8', language: 'en' });
    const turns = new SmartTurn(runtime);
    for (let i = next++; i < specs.length; i = next++) {
      const spec = specs[i] as TurnSpec;
      const audio = await speakTurn(voice, spec, seed + i);
      if (audio) judged.set(i, { text: spec.text, pauses: await judgeTurn(audio, spec.expected, { whisper, turns }) });
      if ((i + 1) % 50 === 0) note(`${i + 1} of ${count} turns`);
    }
    await Promise.all([whisper, turns].map((engine) => engine.unload()));
  };
  const lanes = Math.min(mostLanes, availableParallelism());
  const threads = Math.max(1, Math.floor(availableParallelism() / lanes));
  await Promise.all(Array.from({ length: lanes }, () => lane(threads)));
  return [...judged].sort(([a], [b]) => a - b).map(([, turn]) => turn);
}
