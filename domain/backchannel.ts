/** Sounds and words by which a listener says "go on"; they take no turn. */
const words = new Set(
  'mhm mmhm mhmm mm-hmm mm-hm uh-huh uhuh huh aha ah oh yeah yep yes yup ok okay right sure i see got it uh um'.split(' '),
);

/** Whether what was said while the bot spoke only means that the caller listens. */
export function isBackchannel(transcript: string): boolean {
  const said = transcript.toLowerCase().match(/[\p{L}'-]+/gu) ?? [];
  return said.length <= 3 && said.every((word) => words.has(word) || /^(?:m+|h+m+|m+h+m+|u+h+)$/.test(word));
}
