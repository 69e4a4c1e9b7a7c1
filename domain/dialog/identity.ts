const toWhom =
  /\b(?:are you|is this|is that|am i (?:talking|speaking) (?:to|with))\b[^.?!]*\b(?:robots?|human|person|people|machine|bot|computer|ai|artificial|recording|real|alive)\b/i;
const who =
  /\bwho (?:are you|made you|built you|am i (?:talking|speaking) (?:to|with))\b|\bwhat(?:['’]s| is) your name\b|\bwhat are you\b\W*$/i;

/** Whether the caller asks who or what answers. A model must not say: small ones claim to be people. */
export const asksIdentity = (text: string): boolean => toWhom.test(text) || who.test(text);
