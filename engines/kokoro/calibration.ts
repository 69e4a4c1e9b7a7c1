import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { kokoroVoiceSha256 } from '../../artifacts/kokoro-voices.ts';
import type { Recipe } from '../../artifacts/prepare/prepared.ts';
import type { Measured } from './norm-statistics.ts';
import { encodeStatistics } from './statistics-file.ts';
import type { KokoroVoice } from './voices.ts';

/** A clause that is measured, as it would be said. */
export interface CalibrationClause {
  readonly text: string;
  readonly speed: number;
}

/** From one word to the longest chunk, statements and questions, numbers spelled out as they are spoken. */
const texts = [
  'Yes.',
  'Hello there!',
  'Good morning.',
  'Of course,',
  'Right away.',
  'No problem at all.',
  'Sure, one moment.',
  'Let me check that.',
  "You're welcome!",
  "I'm doing well,",
  'That sounds wonderful.',
  'How can I help?',
  'It is all done.',
  'Thank you for waiting.',
  'Nice to meet you,',
  'Please hold the line.',
  'What else would you like to know?',
  'The rate changes every quarter.',
  'I am sorry, but I do not know that.',
  'Would you like to hear more about it?',
  'The weather is lovely today, is it not?',
  'You can change it in the app, under settings.',
  'Well, let me think about it for a moment.',
  'Please say or key in your customer number.',
  'I enjoy talking to people about their plans.',
  'Our advisers are there for you from nine to five.',
  'Is there anything else that I can do for you today?',
  'A transfer within the country takes one working day.',
  'There are forty two dollars and fifty cents left in it.',
  'Your new card is on its way, and it should reach you soon.',
  'There is no fee for the first three withdrawals in a month.',
  'Would you like me to put you through to a colleague?',
  'We never ask for your password, and nobody should give it away.',
  'You need a passport, and a recent bill with your address on it.',
  'On Tuesday, the third of March, you paid nineteen dollars at the bookshop.',
  'Money that arrives after six in the evening is booked on the next working day.',
  'If you lose your phone, call us at once, so that we can block the access to your accounts.',
  'It depends on the kind of account that you have with us, and on how long you have been a customer.',
  'I would be glad to tell you more about our savings accounts, what they pay, and how soon you can take money out again.',
  'Every branch in the city has a machine where you can pay coins and notes into your account, even on Sundays, without talking to anybody and without a fee.',
] as const;

/** Most callers hear the voice as it is; some a little slower or faster. */
const speeds = [1, 1, 1, 0.85, 1, 1, 1.2] as const;

export const calibrationClauses: readonly CalibrationClause[] = texts.map((text, i) => ({
  text,
  speed: speeds[i % speeds.length] as number,
}));

/** Speeds at which what was measured holds; others are spoken whole. */
export const speedsInPieces = { min: 0.75, max: 1.4 } as const;

const statisticsFile = 'statistics.bin';
export const statisticsIn = (folder: string) => join(folder, statisticsFile);

/**
 * What the norms measure for one voice, kept beside the prepared graphs.
 * @param graphs names the graphs that measure, with their hash. @param measure is called for one clause after the other.
 */
export function calibrationRecipe(
  voice: KokoroVoice,
  graphs: string,
  measure: (clause: CalibrationClause) => Promise<Measured>,
): Recipe {
  const clauses = createHash('sha256').update(JSON.stringify(calibrationClauses)).digest('hex').slice(0, 16);
  return {
    name: `kokoro-voice-${voice}`,
    version: 1,
    input: undefined,
    options: { graphs, voice: kokoroVoiceSha256[voice], clauses },
    async run(_, outputDir) {
      const measured: Measured[] = [];
      for (const clause of calibrationClauses) measured.push(await measure(clause));
      await writeFile(statisticsIn(outputDir), encodeStatistics(measured));
    },
  };
}
