import { artifactById } from '../../artifacts/manifest.ts';
import { kokoroSplitRecipe } from '../../artifacts/prepare/kokoro-split.ts';
import { ensurePrepared } from '../../artifacts/prepare/prepared.ts';
import { ArtifactStore } from '../../artifacts/store.ts';
import { resample } from '../../audio/resample.ts';
import { KokoroGraphs } from '../../engines/kokoro/graphs.ts';
import { phonemesOf } from '../../engines/kokoro/phonemes.ts';
import { frameSamples } from '../../engines/kokoro/piece-plan.ts';
import { StyleTables } from '../../engines/kokoro/styles.ts';
import { tokenIds } from '../../engines/kokoro/symbols.ts';
import { kokoroSampleRateHz } from '../../engines/kokoro/thread-types.ts';
import { resolveAccent, resolveVoice } from '../../engines/kokoro/voices.ts';
import { testRuntime } from '../../tests/support/runtime.ts';

/** A sentence at 16 kHz, and where it may be cut: one place after each word. */
export interface SpokenWords {
  readonly samples: Float32Array;
  readonly ends: readonly number[];
}

const rateHz = 16_000;

/** Speaks whole sentences and tells where their words end, so that a sentence that is cut still sounds as if it went on. */
export class CuttingVoice {
  readonly #graphs: KokoroGraphs;
  readonly #styles: StyleTables;

  private constructor(graphs: KokoroGraphs, styles: StyleTables) {
    this.#graphs = graphs;
    this.#styles = styles;
  }

  static async open(threads: number): Promise<CuttingVoice> {
    const { cacheDir } = testRuntime();
    const store = new ArtifactStore(cacheDir);
    const folder = await ensurePrepared(store, kokoroSplitRecipe(artifactById('kokoro')));
    return new CuttingVoice(
      new KokoroGraphs(folder, threads),
      new StyleTables(await store.ensure(artifactById('kokoro-voices'))),
    );
  }

  /** @returns undefined where words run together, and it cannot be told where they end. */
  async speak(text: string, voiceName: string, speed: number): Promise<SpokenWords | undefined> {
    const voice = resolveVoice(voiceName);
    const phonemes = await phonemesOf(text, resolveAccent('en', voice));
    const ids = tokenIds(phonemes);
    const clause = await this.#graphs.prepare({ ids, speed, style: this.#styles.styleFor(voice, ids.length) });
    const audio = await this.#graphs.speak(clause);
    const samples = await resample({ samples: audio, sampleRateHz: kokoroSampleRateHz }, rateHz);
    const perFrame = (frameSamples * rateHz) / kokoroSampleRateHz;
    const [space] = tokenIds(' ');
    let frames = clause.durations[0] ?? 0;
    const ends: number[] = [];
    for (const [i, id] of ids.entries()) {
      const duration = clause.durations[i + 1] ?? 0;
      if (id === space) ends.push(Math.round((frames + duration / 2) * perFrame));
      frames += duration;
    }
    return ends.length + 1 === text.split(' ').length ? { samples, ends: [...ends, samples.length] } : undefined;
  }
}
