import { phrases } from '../../domain/dialog/phrases.ts';
import { hashOf } from '../../domain/understanding/text-features.ts';

/** Texts and ways of hesitating; those that are measured are held apart from those that are fitted on. */
export type Part = 'fit' | 'measure';

const small: Readonly<Record<Part, readonly string[]>> = {
  fit: [
    'I wanted to ask about my mortgage.',
    'Hello, I have a question about a letter that you sent me.',
    'My wife and I are moving to another city next month.',
    'It was about two weeks ago, I think.',
    'No, the other one.',
    'That is everything, thank you.',
    'I already talked to somebody about this yesterday.',
    'The app says that my card has expired.',
    'I am standing in front of the machine and it does not give me any money.',
    'Could you repeat the last part please?',
    'Tuesday would be fine.',
    'The blue card with my name on it.',
    'From my savings to my current account.',
    'A hundred and fifty dollars.',
    'Sixty.',
    'To my landlord.',
  ],
  measure: [
    'I got a text message that I do not understand.',
    'Hi, I am calling because of a fee on my statement.',
    'We would like to buy a house in spring.',
    'It happened last weekend when I was travelling.',
    'The second one, please.',
    'Great, that was all I needed.',
    'Your colleague told me to call again today.',
    'My phone was stolen and I cannot log in any more.',
    'I tried to pay at the supermarket and it was declined.',
    'Can you say that again more slowly?',
    'Next Friday in the afternoon.',
    'The one ending in four three two one.',
    'Into my daughters account.',
    'Two thousand five hundred.',
    'About thirty pounds.',
    'For the electricity bill.',
  ],
};

const ofPart = (part: Part) => (text: string) => (hashOf(text) % 2 === 0) === (part === 'fit');

export const sentences = (part: Part): string[] => [...Object.values(phrases).flat().filter(ofPart(part)), ...small[part]];

export const fillers: Readonly<Record<Part, readonly string[]>> = {
  fit: ['um,', 'uh,', 'let me see,', 'well,', 'er,', 'you know,'],
  measure: ['um,', 'uh,', 'hmm,', 'how do I say this,', 'let me think,', 'I mean,'],
};

export const answers: Readonly<Record<Part, readonly string[]>> = {
  fit: ['Yes.', 'Yes please.', 'No.', 'No, thank you.', 'Yeah, do that.', 'That is right.'],
  measure: ['Yes, go ahead.', 'Okay.', 'No, not now.', 'Yep.', 'Sure, please do.', 'No, that is wrong.'],
};

/** Codes in words: eight digits, in groups. */
export const groupings = [[2, 2, 2, 2], [4, 4], [3, 3, 2], [8]] as const;
