import { readFrames } from '../media/speech-frames.ts';

/** What an earlier attempt at speaking a reply has brought into the pipe: it is neither made nor heard again. */
export class SpokenBefore {
  readonly #texts: string[];
  /** Of its audio. */
  readonly samples: number;

  private constructor(texts: string[], samples: number) {
    this.#texts = texts;
    this.samples = samples;
  }

  /** @param bytes what the `spoken` pipe holds. */
  static async read(bytes: Uint8Array): Promise<SpokenBefore> {
    const texts: string[] = [];
    let samples = 0;
    for await (const frame of readFrames(one(bytes))) {
      if (frame.kind === 'text') texts.push(frame.text);
      else samples += frame.pcm.length / 2;
    }
    return new SpokenBefore(texts, samples);
  }

  /** The part of the next sentence that was not spoken; empty when all of it was. */
  restOf(sentence: string): string {
    let rest = sentence;
    for (let text = this.#texts[0]; text !== undefined && rest.startsWith(text); text = this.#texts[0]) {
      rest = rest.slice(text.length).trimStart();
      this.#texts.shift();
      // The next sentence may be the same again, and its words are not this one's.
      if (rest === '') break;
    }
    // Marks that the voice passed over are not spoken by themselves.
    return rest === sentence || /[\p{L}\p{N}]/u.test(rest) ? rest : '';
  }
}

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
