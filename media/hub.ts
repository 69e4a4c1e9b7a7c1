import { randomUUID } from 'node:crypto';
import type { TurnMedia } from '../domain/call.ts';
import { VoicebotError } from '../domain/errors.ts';
import { splitLines } from './lines.ts';
import { Pipe } from './pipe.ts';
import { PathSigner } from './signed-path.ts';
import { splitPieces } from './speech-frames.ts';

/** `released` holds nothing: it ends once the turn is surely the bot's. */
export type PipeName = 'heard' | 'transcript' | 'said' | 'spoken' | 'released';

/** Pipes that workers write, and what a record of each is; `heard` is written by the process that holds the line alone. */
export const recordsOf: Readonly<Partial<Record<string, (bytes: AsyncIterable<Uint8Array>) => AsyncGenerator<Uint8Array>>>> = {
  transcript: splitLines,
  said: splitLines,
  spoken: splitPieces,
};

/** Bounds of one turn's pipes: ten minutes of speech, a long reply, and its audio. */
const maxBytes: Record<PipeName, number> = {
  heard: 20_000_000,
  transcript: 262_144,
  said: 65_536,
  spoken: 60_000_000,
  released: 1,
};

/** What one request of a worker carries at the most; a signed URL works for as long as any turn may take. */
const urlLifetimeSeconds = 3_600;

export interface TurnPipes {
  readonly id: string;
  readonly pipes: Readonly<Record<PipeName, Pipe>>;
  /** What the turn's activities are given. */
  readonly media: TurnMedia;
  /** The reply is not wanted any more: steps that make it stop, and what there is of it can be kept until the turn is recorded. */
  interrupt(): void;
  /** Frees the pipes; those who still read or write get an error. */
  close(): void;
}

/** The pipes of all turns whose callers this process serves. */
export class MediaHub {
  readonly #turns = new Map<string, Readonly<Record<PipeName, Pipe>>>();
  readonly #signer = new PathSigner();
  /** Where workers and other processes reach this one. */
  readonly baseUrl: string;

  /** @param baseUrl where workers reach this process, without a slash at the end. */
  constructor(baseUrl: string) {
    this.baseUrl = baseUrl.replace(/\/$/, '');
  }

  get openTurns(): number {
    return this.#turns.size;
  }

  openTurn(): TurnPipes {
    const id = randomUUID();
    const pipes = {
      heard: new Pipe(maxBytes.heard),
      transcript: new Pipe(maxBytes.transcript),
      said: new Pipe(maxBytes.said),
      spoken: new Pipe(maxBytes.spoken),
      released: new Pipe(maxBytes.released),
    };
    this.#turns.set(id, pipes);
    const expiresAt = Math.floor(Date.now() / 1000) + urlLifetimeSeconds;
    const url = (name: PipeName) => `${this.baseUrl}${this.#signer.sign(`/media/${id}/${name}`, expiresAt)}`;
    return {
      id,
      pipes,
      media: {
        heardUrl: url('heard'),
        transcriptUrl: url('transcript'),
        saidUrl: url('said'),
        spokenUrl: url('spoken'),
        releasedUrl: url('released'),
      },
      interrupt: () => {
        const error = new VoicebotError('line-gone', 'The caller has taken the floor.');
        pipes.said.fail(error);
        pipes.spoken.cut(error);
      },
      close: () => this.closeTurn(id),
    };
  }

  /** Frees a turn's pipes. */
  closeTurn(id: string): void {
    const pipes = this.#turns.get(id);
    this.#turns.delete(id);
    for (const pipe of Object.values(pipes ?? {})) pipe.fail(new VoicebotError('line-gone', 'The turn has ended.'));
  }

  /** @throws VoicebotError `unauthorized` for a wrong or late signature, `line-gone` when the turn has ended. */
  pipeFor(id: string, name: string, query: { expires?: string | undefined; signature?: string | undefined }): Pipe {
    if (!this.#signer.verify(`/media/${id}/${name}`, query.expires, query.signature, Date.now() / 1000)) {
      throw new VoicebotError('unauthorized', 'The signature of this media URL is not valid any more.');
    }
    const pipe = this.#turns.get(id)?.[name as PipeName];
    if (!pipe) throw new VoicebotError('line-gone', 'The turn of this pipe has ended.');
    return pipe;
  }
}
