import { VoicebotError } from '../../domain/errors.ts';

/** The model's input symbols and their ids, as its published configuration numbers them. */
const runs: readonly (readonly [firstId: number, symbols: string])[] = [
  [1, ';:,.!?'],
  [9, '—…"()“” \u0303ʣʥʦʨᵝ\uAB67AI'],
  [31, 'O'],
  [33, 'Q'],
  [35, 'ST'],
  [39, 'W'],
  [41, 'Yᵊabcdef'],
  [50, 'hijklmnopqrstuvwxyzɑɐɒæ'],
  [75, 'βɔɕç'],
  [80, 'ɖðʤə'],
  [85, 'ɚɛɜ'],
  [90, 'ɟ'],
  [92, 'ɡ'],
  [99, 'ɥ'],
  [101, 'ɨɪʝ'],
  [110, 'ɯɰŋɳɲɴø'],
  [118, 'ɸθœ'],
  [123, 'ɹ'],
  [125, 'ɾɻ'],
  [128, 'ʁɽʂʃʈʧ'],
  [135, 'ʊʋ'],
  [138, 'ʌɣɤ'],
  [142, 'χʎ'],
  [147, 'ʒʔ'],
  [156, 'ˈˌː'],
  [162, 'ʰ'],
  [164, 'ʲ'],
  [169, '↓'],
  [171, '→↗↘'],
  [177, 'ᵻ'],
];

const idOf = new Map<string, number>(
  runs.flatMap(([first, symbols]) => [...symbols].map((symbol, i) => [symbol, first + i] as const)),
);

/** The model's context, less the zero at each end. */
export const maxTokens = 510;

/** Ids of a phoneme string; symbols that the model does not know are left out. */
export function tokenIds(phonemes: string): number[] {
  const ids = [...phonemes].map((symbol) => idOf.get(symbol)).filter((id) => id !== undefined);
  if (ids.length > maxTokens) {
    throw new VoicebotError('invalid-text', `One clause has ${ids.length} phonemes; ${maxTokens} fit into the model at once.`, {
      hint: 'Put a comma or full stop into the text.',
    });
  }
  return ids;
}
