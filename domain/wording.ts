/** What is said where no assistant can be asked, or before one is: spoken as it is, whatever a model says. */
export const wording = {
  notYet: "I can't help with that yet.",
  notHeard: "I didn't hear anything. Could you say that again?",
  notUnderstood: 'I did not get that. Could you say it in other words?',
  apology: "I'm sorry, something went wrong on our side. Please say that again.",
  filler: 'One moment, please.',
  stillThere: 'Are you still there?',
  idleGoodbye: "I can't hear you any more, so I'll hang up now. Goodbye.",
  goodbye: 'Thank you for calling. Goodbye.',
  transfer: "I'll put you through to a colleague. One moment, please.",
  transferFailed: "I'm sorry, nobody can take your call right now.",
  recordingStopped: 'All right. From now on this call is not recorded.',
  recordingResumed: 'All right. From now on this call may be recorded again.',
  unavailable: 'I cannot reach that part of the bank right now. Nothing has been changed. Please try again in a moment.',
} as const;

/** What a caller hears when a bot takes the call on a telephone line. */
export const greeting = (bankName: string) => `Hello, this is the assistant of ${bankName}. How can I help you?`;
