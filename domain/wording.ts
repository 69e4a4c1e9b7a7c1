/** Wording that a person approved: spoken as it is, whatever a model says. */
export const wording = {
  notYet: "I can't help with that yet.",
  notHeard: "I didn't hear anything. Could you say that again?",
  apology: "I'm sorry, something went wrong on our side. Please say that again.",
} as const;
