import type { Say } from '../assistant/wording-keys.ts';
import { digitsOf, type Identification } from './state.ts';

const inWords: Readonly<Record<number, string>> = { 5: 'five', 6: 'six', 8: 'eight' };

export const identifications = Object.keys(digitsOf) as Identification[];

const digits = (need: Identification) => inWords[digitsOf[need]] ?? String(digitsOf[need]);

/** How the bot asks who calls. */
export const identify = {
  ask: (say: Say, need: Identification) => say(`identify-${need}`),
  again: (say: Say, need: Identification) => say('identify-again', { digits: digits(need), secret: say(`secret-${need}`) }),
  goOn: (say: Say, need: Identification) => say('identify-rest', { digits: digits(need) }),
  which: (say: Say, need: Identification) => say('which-secret', { secret: say(`secret-${need}`) }),
} as const;
