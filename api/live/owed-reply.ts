import type { NextStep, Playback, TurnOutcome } from '../../domain/call.ts';
import type { Utterance } from './mouth.ts';

/** What a caller's client played to its end of the reply to a turn, before its connection broke. */
export interface HeardBefore {
  readonly turn: number;
  readonly text: string;
}

/** The reply to the last turn, where the line broke before it was heard to its end. */
export class OwedReply {
  readonly #outcome: TurnOutcome;
  readonly #heard: string | undefined;

  /** @param heard by the caller's client, if it tells. */
  constructor(outcome: TurnOutcome, heard: HeardBefore | undefined) {
    this.#outcome = outcome;
    this.#heard = heard?.turn === outcome.turn ? heard.text : undefined;
  }

  get turn(): number {
    return this.#outcome.turn;
  }

  /** The turn failed and nobody was told: the caller must say it again. */
  get mustAskAgain(): boolean {
    return this.#outcome.status === 'failed' && this.#outcome.unheard === true;
  }

  /** What the reply promised to do. */
  get next(): NextStep {
    return this.#outcome.next ?? 'listen';
  }

  /** What is left to say; undefined where nothing is owed, or only the client could tell how much. */
  get text(): string | undefined {
    const { status, unheard, reply, playback } = this.#outcome;
    if (status !== 'answered' || playback || (!unheard && this.#heard === undefined)) return undefined;
    return remaining(reply, this.#heard ?? '');
  }

  /** What was heard in all. @param utterance of the rest, unset where nothing was left. */
  playback(utterance: Utterance | undefined, interrupted: boolean): Playback {
    const { turn, attempt, reply } = this.#outcome;
    const heard = [this.#heard, utterance?.heardText].filter(Boolean).join(' ');
    return { turn, attempt, heardReply: interrupted ? heard : reply, playedMs: utterance?.playedMs ?? 0, interrupted };
  }
}

/** What is left of a reply after the words that were heard; all of it where those are not its beginning. */
function remaining(reply: string, heard: string): string {
  const words = (text: string) => text.split(/\s+/).filter(Boolean);
  const [all, known] = [words(reply), words(heard)];
  return known.every((word, i) => word === all[i]) ? all.slice(known.length).join(' ') : reply;
}
