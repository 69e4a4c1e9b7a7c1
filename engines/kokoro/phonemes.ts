import { phonemize } from 'phonemizer';
import type { Accent } from './voices.ts';

/** From espeak-ng's notation to the symbols Kokoro was trained on; longer patterns first. */
const shared: readonly (readonly [RegExp, string])[] = [
  [/ʔˌ?n\u0329/g, 'tᵊn'],
  [/l\u0329/g, 'ᵊl'],
  [/n\u0329/g, 'ᵊn'],
  [/aɪ/g, 'I'],
  [/aʊ/g, 'W'],
  [/eɪ/g, 'A'],
  [/ɔɪ/g, 'Y'],
  [/dʒ/g, 'ʤ'],
  [/tʃ/g, 'ʧ'],
  [/əl(?=[ .,;:!?]|$)/g, 'ᵊl'],
  [/ɚ/g, 'əɹ'],
  [/ɐ/g, 'ə'],
  [/r/g, 'ɹ'],
  [/[xç]/g, 'k'],
  [/ɬ/g, 'l'],
  [/ʲ/g, 'j'],
  [/ʔ/g, 't'],
  [/g/g, 'ɡ'],
  [/[\u0303\u0329\u0361]/g, ''],
];

const byAccent: Record<Accent, readonly (readonly [RegExp, string])[]> = {
  'en-us': [
    [/oʊ/g, 'O'],
    [/ɜː(?!ɹ)/g, 'ɜɹ'],
    [/ɪə/g, 'iə'],
    [/ɾ/g, 'T'],
    [/ː/g, ''],
    [/o/g, 'ɔ'],
  ],
  'en-gb': [
    [/əʊ/g, 'Q'],
    [/eə/g, 'ɛː'],
    [/iə/g, 'ɪə'],
  ],
};

/** espeak-ng's names; its plain `en-gb` is not carried by the phonemizer's build and would sound American. */
const espeakVoice: Record<Accent, string> = { 'en-us': 'en-us', 'en-gb': 'en-gb-x-rp' };

/** Marks between words; a point or comma inside a number belongs to the number. */
const punctuation = /((?:[;:,.!?…]+(?=[\s"”)]|$)|[—"()“”])+)/;

/**
 * Phonemes of normalised text in Kokoro's symbols. espeak-ng drops punctuation, which the model needs for its melody, so the
 * stretches between are phonemized one by one and the marks put back.
 */
export async function phonemesOf(text: string, accent: Accent): Promise<string> {
  const parts = await Promise.all(
    text.split(punctuation).map(async (part, index) => {
      if (index % 2 === 1) return part;
      const words = part.trim();
      if (!words) return part && ' ';
      const spoken = (await phonemize(words, espeakVoice[accent])).join(' ');
      return `${/^\s/.test(part) ? ' ' : ''}${spoken}${/\s$/.test(part) ? ' ' : ''}`;
    }),
  );
  let phonemes = parts.join('').trim();
  for (const [pattern, symbol] of [...shared, ...byAccent[accent]]) phonemes = phonemes.replace(pattern, symbol);
  return phonemes.replace(/\s+/g, ' ');
}
