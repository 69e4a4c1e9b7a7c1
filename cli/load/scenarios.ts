import { readFile } from 'node:fs/promises';
import { VoicebotError } from '../../domain/errors.ts';

/** What callers say, one after the other; each begins somewhere else. */
const scenarios = {
  greetings: ['Good morning to you.', 'How are you doing today?', 'Are you having a good day?', 'Thank you very much.'],
  questions: [
    'When do you open on Saturdays?',
    'What is the interest rate on savings?',
    'How do I block my card?',
    'What does a transfer abroad cost?',
    'How can I get a new PIN?',
  ],
  mixed: [
    'Good morning to you.',
    'When do you open on Saturdays?',
    'What is the balance of my account?',
    'Do you like music?',
    'What is the interest rate on savings?',
    'Thank you very much.',
  ],
} as const;

export const scenarioNames = Object.keys(scenarios);

const mostPhrases = 200;
const longestPhrase = 300;

/** The phrases of a scenario, or of a text file with one on each line. @throws VoicebotError `invalid-request`. */
export async function phrasesOf(scenario: string): Promise<readonly string[]> {
  const known = scenarios[scenario as keyof typeof scenarios];
  if (known) return known;
  const text = await readFile(scenario, 'utf8').catch((cause) => {
    throw new VoicebotError('invalid-request', `There is no scenario '${scenario}', and no file of that name.`, {
      hint: `Scenarios: ${scenarioNames.join(', ')}; or a text file with a phrase on each line.`,
      cause,
    });
  });
  const phrases = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (phrases.length === 0 || phrases.length > mostPhrases || phrases.some((one) => one.length > longestPhrase)) {
    throw new VoicebotError(
      'invalid-request',
      `${scenario} must have 1 to ${mostPhrases} lines of at most ${longestPhrase} characters.`,
    );
  }
  return phrases;
}
