import { fromPcm16 } from '../audio/pcm.ts';
import { anyOf } from '../domain/deadline.ts';
import type { TranscriptLine } from '../domain/transcript-line.ts';
import type { SpeechToText, Transcript } from '../engines/types.ts';
import { writePipe } from '../media/client.ts';
import { linesIn } from '../media/lines.ts';
import { takePipe } from './take-pipe.ts';

export interface LiveListening {
  readonly stt: SpeechToText;
  /** PCM16 mono at 16 kHz, ending where the caller pauses. */
  readonly heard: AsyncIterable<Uint8Array>;
  readonly transcriptUrl: string;
  readonly language: string | undefined;
  /** Hides what nobody may read. */
  readonly hide: (text: string) => Pick<TranscriptLine, 'text' | 'digits'>;
  readonly signal: AbortSignal;
}

const sampleRateHz = 16_000;
/** New speech between two partial transcripts. */
const partialEverySamples = sampleRateHz * 1.6;

/**
 * Listens while the caller speaks. A partial transcript is made whenever enough new speech is there and the last one is done;
 * it is dropped at once when the speech ends, because then the caller waits for the final one.
 */
export async function listenLive(options: LiveListening): Promise<{ transcript: Transcript; samples: number }> {
  const { stt, language, signal } = options;
  const { claim, writer: number } = await takePipe(options.transcriptUrl, signal);
  // An earlier attempt may have come as far as the final words, and the ears have acted on them.
  const resumed = linesIn(claim.bytes).some((line) => (JSON.parse(line) as TranscriptLine).final);
  const lines = new TransformStream<Uint8Array, Uint8Array>(undefined, { highWaterMark: 64 });
  const writer = lines.writable.getWriter();
  const encoder = new TextEncoder();
  const source = lines.readable as unknown as AsyncIterable<Uint8Array>;
  const written = resumed
    ? Promise.resolve()
    : writePipe(options.transcriptUrl, source, { at: claim.count, writer: number, signal });
  // Words for the ears and the screen: the turn does not depend on them.
  written.catch(() => undefined);
  const write = (line: TranscriptLine) => {
    if (resumed) return;
    void writer.write(encoder.encode(`${JSON.stringify({ ...line, ...options.hide(line.text) })}\n`)).catch(() => undefined);
  };

  const audio = new GrowingAudio();
  const ended = new AbortController();
  let partialAt = partialEverySamples;
  let partial: Promise<void> | undefined;
  const listenSoFar = () => {
    partialAt = audio.length + partialEverySamples;
    partial = stt
      .transcribe(audio.samples(), { language, signal: anyOf(signal, ended.signal), priority: 'batch' })
      .then((transcript) => write({ text: transcript.text, final: false }))
      .catch(() => undefined)
      .finally(() => {
        partial = undefined;
      });
  };
  try {
    for await (const bytes of options.heard) {
      audio.push(fromPcm16(bytes));
      if (!partial && audio.length >= partialAt) listenSoFar();
    }
    ended.abort();
    const transcript = await stt.transcribe(audio.samples(), { language, signal, priority: 'urgent' });
    write({ text: transcript.text, final: true, ending: transcript.ending });
    return { transcript, samples: audio.length };
  } finally {
    ended.abort();
    void writer.close().catch(() => undefined);
  }
}

/** Samples that come piece by piece, in one array that doubles when it is full. */
class GrowingAudio {
  #buffer = new Float32Array(sampleRateHz * 4);
  length = 0;

  push(samples: Float32Array): void {
    if (this.length + samples.length > this.#buffer.length) {
      const larger = new Float32Array(Math.max(this.#buffer.length * 2, this.length + samples.length));
      larger.set(this.#buffer.subarray(0, this.length));
      this.#buffer = larger;
    }
    this.#buffer.set(samples, this.length);
    this.length += samples.length;
  }

  samples(): Float32Array {
    return this.#buffer.subarray(0, this.length);
  }
}
