/** Small words of other languages that English sentences do not have two of. */
const smallWords = new Set(
  (
    'el los las una unos su sus es está estan tiene usted ustedes para por que del al mi mis ha sido fue pero sin puede ' +
    'le les des du est votre vos vous avez une et dans pour avec je nous été sera ne pas sur ' +
    'der das ist sind hat haben ihr ihre ihren ihnen sie und nicht wurde wird werden ein eine einen auf mit von zu bei kein keine ' +
    'il lo gli è sono suo sua della delle dei un con stato stata non nel alla ' +
    'os seu seus tem foi uma não da dos nos na em você será'
  ).split(' '),
);
const leastWords = 2;
const leastShare = 0.2;

/** Whether a sentence is of another language than English, as far as its small words or its letters tell. */
export function isForeign(sentence: string): boolean {
  if (/[^\P{L}\p{Script=Latin}]/u.test(sentence)) return true;
  const words = sentence.toLowerCase().match(/\p{L}+/gu) ?? [];
  const known = new Set(words.filter((word) => smallWords.has(word)));
  return known.size >= leastWords && known.size >= words.length * leastShare;
}
