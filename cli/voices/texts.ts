/** What the demonstrations and tests of voices say. */
export const demoTexts = [
  'Good morning. Welcome to the bank. How can I help you today?',
  'Your card has been blocked, and a new one is on its way to you.',
] as const;

export const comparisonTexts = ['Thank you for your patience. Your transfer of two hundred euros will arrive tomorrow.'] as const;

/** Quick: one sentence. Proper: what a dialogue model must do well. */
export const nariTexts = {
  'nari-quick': ['Hello, and thank you for calling.'],
  'nari-proper': [
    'Hello, and thank you for calling.',
    'I understand that this is annoying. Let us sort it out together.',
    'Your appointment is on the third of March at half past nine.',
  ],
} as const;
