import { Kokoro } from '../../engines/kokoro/kokoro.ts';
import { gather, to16k } from '../support/audio.ts';
import { randomFrom } from '../support/random.ts';
import { testRuntime } from '../support/runtime.ts';
import { fakeUtterance, type Utterance } from './caller.ts';

export interface Utterances {
  question(line: number, call: number, turn: number): Utterance;
  readonly person: Utterance;
}

const personText = 'I want to talk to a person.';
const common = 'Are you having a good day?';
const realQuestions = [
  common,
  'Good morning to you.',
  'How are you doing today?',
  'Do you like music?',
  'What is the interest rate on savings?',
];
const consonants = 'bdfgklmnprstv';
const vowels = 'aiou';

/** What the callers say: with stand-ins words that nobody says twice, with real engines questions spoken beforehand. */
export async function utterances({ real, seed }: { readonly real: boolean; readonly seed: number }): Promise<Utterances> {
  if (!real) {
    return {
      person: fakeUtterance(personText),
      question(line, call, turn) {
        // Every fifth is a question that others ask too, which the cache answers.
        if (turn % 5 === 4) return fakeUtterance(common);
        const random = randomFrom(seed * 7_919 + line * 10_007 + call * 101 + turn);
        const letter = (letters: string) => letters[Math.floor(random() * letters.length)];
        const word = () => `${letter(consonants)}${letter(vowels)}${letter(consonants)}${letter(vowels)}`;
        return fakeUtterance(`I had a long day with ${word()} ${word()} ${word()}.`);
      },
    };
  }
  const kokoro = new Kokoro(testRuntime());
  const spoken = new Map<string, Utterance>();
  for (const text of [...realQuestions, personText])
    spoken.set(text, { text, samples: await to16k(await gather(kokoro.speak(text))) });
  await kokoro.unload();
  const of = (text: string) => spoken.get(text) as Utterance;
  return { person: of(personText), question: (_line, _call, turn) => of(realQuestions[turn % realQuestions.length] as string) };
}
