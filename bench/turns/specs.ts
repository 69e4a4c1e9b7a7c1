import type { Expectation } from '../../domain/endpointing/evidence.ts';
import { kokoroVoices } from '../../engines/kokoro/voices.ts';
import { randomFrom } from '../../tests/support/random.ts';
import { answers, fillers, groupings, type Part, sentences } from './texts.ts';

/** Words between two pauses: a part of `text`, which is spoken in one go, by its words, and a filler after it. */
export interface Stretch {
  readonly text: string;
  readonly fromWord: number;
  readonly toWord: number;
  readonly filler?: string;
  /** After it. */
  readonly pauseMs: number;
}

/** A caller's turn to be spoken: stretches with pauses between them; the end of the last one is the end of the turn. */
export interface TurnSpec {
  /** All its words, as they were meant. */
  readonly text: string;
  readonly voice: string;
  readonly speed: number;
  readonly stretches: readonly Stretch[];
  readonly expected?: Expectation;
  readonly room: boolean;
  /** Signal to noise, decibels; unset where it is quiet. */
  readonly noiseDb?: number;
}

const mostPauses = 5;
/**
 * Who looks for words may speak each stretch by itself, so that it sounds as if it were all. Few do; the model meets more of them, so that
 * it is wary.
 */
const apartShare: Readonly<Record<Part, number>> = { fit: 0.25, measure: 0.1 };
const digitWords = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];

/** The same turns for the same numbers. */
export function turnSpecs(part: Part, count: number, seed: number): TurnSpec[] {
  const random = randomFrom(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const voices = kokoroVoices.filter((_, i) => (i % 2 === 0) === (part === 'fit'));
  const pauseMs = () => Math.round(150 * Math.exp(random() * Math.log(10)));
  const texts = sentences(part);

  const hesitating = (text: string, pauses: number): TurnSpec['stretches'] => {
    const words = text.split(' ');
    const cuts = new Set<number>();
    while (cuts.size < Math.min(pauses, words.length - 1)) cuts.add(1 + Math.floor(random() * (words.length - 1)));
    const at = [...cuts].sort((a, b) => a - b);
    const apart = random() < apartShare[part];
    return [...at, words.length].map((end, i) => {
      const from = i === 0 ? 0 : (at[i - 1] as number);
      const last = end === words.length;
      // Some begin again, a word or two before.
      const fromWord = i > 0 && random() < 0.15 ? Math.max(0, from - 2) : from;
      const filler = !last && random() < 0.4 ? { filler: pick(fillers[part]) } : {};
      const cut = { text, fromWord, toWord: end };
      const alone = { text: words.slice(fromWord, end).join(' '), fromWord: 0, toWord: end - fromWord };
      return { ...(apart ? alone : cut), ...filler, pauseMs: last ? 0 : pauseMs() };
    });
  };
  const code = (text: string): TurnSpec['stretches'] => {
    const sizes = pick(groupings);
    let at = 0;
    return sizes.map((size, i) => {
      const fromWord = at;
      at += size;
      return { text, fromWord, toWord: at, pauseMs: i === sizes.length - 1 ? 0 : pauseMs() };
    });
  };

  return Array.from({ length: count }, (): TurnSpec => {
    const kind = random();
    const sound = {
      voice: pick(voices),
      speed: 0.9 + random() * 0.25,
      room: random() < 0.3,
      ...(random() < 0.35 ? { noiseDb: 8 + random() * 12 } : {}),
    };
    if (kind < 0.1) {
      const text = Array.from({ length: 8 }, () => pick(digitWords)).join(' ');
      return { ...sound, text, stretches: code(text), expected: { kind: 'digits', count: 8 } };
    }
    if (kind < 0.17) {
      const text = pick(answers[part]);
      return { ...sound, text, stretches: hesitating(text, 0), expected: { kind: 'yes-or-no' } };
    }
    let pauses = random() < 0.3 ? 0 : 1;
    // Who has paused may pause again: how many pauses there were must not tell that the turn is over.
    while (pauses > 0 && pauses < mostPauses && random() < 0.4) pauses++;
    const text = random() < 0.15 ? `${pick(texts)} ${pick(texts)}` : pick(texts);
    return { ...sound, text, stretches: hesitating(text, pauses) };
  });
}
