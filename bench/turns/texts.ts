import { shippedAssistant } from '../../config/assistant-folder.ts';
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
    'I would like to know whether my salary has arrived this month.',
    'There is a payment on my account that I did not make.',
    'Could you send me a new card to my office instead?',
    'I am abroad at the moment and my card does not work.',
    'Please cancel the payment from this morning.',
    'How long do I have to wait for the money?',
    'Well, I think I pressed the wrong button.',
    'My husband and I share that account.',
    'It says insufficient funds every time.',
    'I paid with it yesterday without any problem.',
    'Can you tell me why I was charged a fee last week?',
    'I never got the letter with the code.',
    'The one at the corner of the high street.',
    'Is there anybody else that I can talk to?',
    'I need it before the weekend if possible.',
    'That is the number on the back of the card.',
    'Can you put a note on my account please?',
    'Two hundred and thirty dollars and fifty cents.',
    'The twenty third of October.',
    'Around half past four.',
    'On Monday morning before ten.',
    'Nothing else for today.',
    'I will call again later.',
    'Can you spell that for me?',
    'What did you say the fee was?',
    'My name is on both of them.',
    'I do not remember the exact date.',
    'They took the money twice in one day.',
    'I have moved house and want to change my address.',
    'Would it be possible to raise my limit for a week?',
    'Which documents should I bring along?',
    'Are you open between Christmas and New Year?',
    'I just wanted to make sure that it went through.',
    'You told me the same thing the last time I called.',
    'It is for my rent.',
    'Only the last three, please.',
    'Yes, the first one.',
    'No, leave it as it is.',
    'I am not sure, let us wait.',
    'I have lost my purse with everything in it.',
    'A man called me and asked for my PIN.',
    'My daughter starts university and needs an account.',
    'Do I pay anything when I use it in Spain?',
    'Can I get the money back?',
    'I would rather speak to somebody in person.',
    'Sorry, I did not hear that.',
    'The website does not let me in any more.',
    'How much could I borrow at most?',
    'Tell me when the next payment is due.',
    'I want to close the old account and keep the new one.',
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

const phrases = (await shippedAssistant()).assistant.phrases.map(({ text }) => text);
const ofPart = (part: Part) => (text: string) => (hashOf(text) % 2 === 0) === (part === 'fit');

export const sentences = (part: Part): string[] => [...phrases.filter(ofPart(part)), ...small[part]];

export const fillers: Readonly<Record<Part, readonly string[]>> = {
  fit: ['um,', 'uh,', 'let me see,', 'well,', 'er,', 'you know,', 'what is it called,', 'one moment,', 'ah,', 'so,'],
  measure: ['um,', 'uh,', 'hmm,', 'how do I say this,', 'let me think,', 'I mean,'],
};

export const answers: Readonly<Record<Part, readonly string[]>> = {
  fit: [
    ...[
      'Yes.',
      'Yes please.',
      'No.',
      'No, thank you.',
      'Yeah, do that.',
      'That is right.',
      'Exactly.',
      'Nope.',
      'Yes, that is correct.',
    ],
    ...['No, I do not want that.', 'Fine, go on.', 'Of course.', 'Not yet.', 'Yes, thank you very much.'],
  ],
  measure: ['Yes, go ahead.', 'Okay.', 'No, not now.', 'Yep.', 'Sure, please do.', 'No, that is wrong.'],
};

/** Codes in words: eight digits, in groups. */
export const groupings = [[2, 2, 2, 2], [4, 4], [3, 3, 2], [8]] as const;
