import type { SpeechFrame } from '../../media/speech-frames.ts';

/** What the mouth speaks into. */
export interface MouthLine {
  /** PCM16 mono at the rate of the voice, 20 ms at a time, a little ahead of real time. */
  sendAudio(samples: Int16Array): void;
  /** Forget what was sent and not played yet. */
  dropAudio(): void;
}

export interface MouthListener {
  /** The first audio of a reply goes out. */
  began(): void;
  /** The words of audio that comes now. */
  text(text: string): void;
  /** All of it was played. */
  finished(): void;
  failed(error: unknown): void;
}

/** Audio is sent so far ahead of real time, so that a late packet is not heard. */
const leadMs = 120;
const chunkMs = 20;

interface Words {
  readonly text: string;
  readonly fromSample: number;
}

/** One reply on its way to the caller: paced, held, stopped, and counted by the samples that were played. */
export class Utterance {
  readonly #line: MouthLine;
  readonly #listener: MouthListener;
  readonly #rateHz: number;
  readonly #now: () => number;
  readonly #chunk: number;
  #audio = new Int16Array(0);
  #length = 0;
  readonly #words: Words[] = [];
  /** Of the words, those that the listener knows. */
  #told = 0;
  #sent = 0;
  #startedAt: number | undefined;
  #complete = false;
  #state: 'waiting' | 'playing' | 'held' | 'over' = 'waiting';
  #timer: NodeJS.Timeout | undefined;

  constructor(options: { line: MouthLine; listener: MouthListener; rateHz: number; now?: () => number }) {
    this.#line = options.line;
    this.#listener = options.listener;
    this.#rateHz = options.rateHz;
    this.#now = options.now ?? (() => performance.now());
    this.#chunk = (this.#rateHz * chunkMs) / 1000;
  }

  /** Speaks frames as they come, until the stream ends or the utterance is stopped. */
  async play(frames: AsyncIterable<SpeechFrame>): Promise<void> {
    if (this.#state === 'waiting') this.#state = 'playing';
    this.#timer ??= setInterval(() => this.#pace(), chunkMs);
    try {
      for await (const frame of frames) {
        if (this.over) return;
        if (frame.kind === 'text') this.#words.push({ text: frame.text, fromSample: this.#length });
        else this.#append(frame.pcm);
        this.#pace();
      }
    } catch (error) {
      if (!this.over) this.#listener.failed(error);
    }
    this.#complete = true;
    this.#pace();
  }

  get over(): boolean {
    return this.#state === 'over';
  }

  get held(): boolean {
    return this.#state === 'held';
  }

  /** Something of it was sent. */
  get audible(): boolean {
    return this.#sent > 0;
  }

  get playedMs(): number {
    return (this.#playedSamples() / this.#rateHz) * 1000;
  }

  /** The words that were played; of a clause that was cut, those whose share of it was played. */
  get heardText(): string {
    const played = this.#playedSamples();
    const heard: string[] = [];
    for (const [i, { text, fromSample }] of this.#words.entries()) {
      const until = this.#words[i + 1]?.fromSample ?? this.#length;
      if (played >= until) heard.push(text);
      else if (played > fromSample) {
        const words = text.split(' ');
        heard.push(words.slice(0, Math.floor((words.length * (played - fromSample)) / (until - fromSample))).join(' '));
      }
    }
    return heard.filter(Boolean).join(' ');
  }

  /** Falls silent at once; `resume` goes on where the caller stopped hearing. */
  hold(): void {
    if (this.#state !== 'playing') return;
    this.#sent = this.#playedSamples();
    this.#startedAt = undefined;
    this.#state = 'held';
    this.#line.dropAudio();
  }

  resume(): void {
    if (this.#state !== 'held') return;
    this.#state = 'playing';
    this.#pace();
  }

  /** Ends it for good. */
  stop(): void {
    if (this.over) return;
    const playing = this.#state === 'playing' && this.#sent > 0;
    this.#sent = this.#playedSamples();
    this.#startedAt = undefined;
    this.#end();
    if (playing) this.#line.dropAudio();
  }

  #end(): void {
    this.#state = 'over';
    clearInterval(this.#timer);
  }

  /** Sends what is due. While nothing is there the clock stands still, so that nothing is rushed later. */
  #pace(): void {
    if (this.#state !== 'playing') return;
    const now = this.#now();
    while (this.#sent < this.#length) {
      this.#startedAt ??= now - this.#ms(this.#sent);
      if (this.#ms(this.#sent) > now - this.#startedAt + leadMs) return;
      const end = Math.min(this.#sent + this.#chunk, this.#length);
      // Packets are whole, wherever words and pieces end; only the last one may be shorter.
      if (end - this.#sent < this.#chunk && !this.#complete) break;
      if (this.#sent === 0) this.#listener.began();
      for (let words = this.#words[this.#told]; words && words.fromSample < end; words = this.#words[this.#told]) {
        this.#listener.text(words.text);
        this.#told++;
      }
      this.#line.sendAudio(this.#audio.slice(this.#sent, end));
      this.#sent = end;
    }
    const silentFor = this.#startedAt === undefined ? 0 : now - this.#startedAt - this.#ms(this.#sent);
    if (this.#complete && (this.#sent === 0 || silentFor >= 0)) {
      this.#end();
      this.#listener.finished();
    } else if (!this.#complete && silentFor >= 0) {
      this.#startedAt = undefined;
    }
  }

  #append(pcm: Uint8Array): void {
    const samples = new Int16Array(pcm.buffer, pcm.byteOffset, pcm.length >> 1);
    if (this.#length + samples.length > this.#audio.length) {
      const larger = new Int16Array(Math.max(this.#audio.length * 2, this.#length + samples.length, this.#rateHz * 4));
      larger.set(this.#audio.subarray(0, this.#length));
      this.#audio = larger;
    }
    this.#audio.set(samples, this.#length);
    this.#length += samples.length;
  }

  #playedSamples(): number {
    if (this.#startedAt === undefined) return this.#sent;
    const elapsed = Math.max(0, Math.round(((this.#now() - this.#startedAt) * this.#rateHz) / 1000));
    return Math.min(this.#sent, elapsed);
  }

  #ms(samples: number): number {
    return (samples / this.#rateHz) * 1000;
  }
}
