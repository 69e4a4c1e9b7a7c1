const thing = String.raw`(?:(?:to )?(?:record|tape|recording|taping) (?:me|this|us|it|what|anything|any ?more|(?:the|my|our) (?:call|conversation|voice|line|words))|(?:record|recording|taping)\W*$|be(?:ing)? (?:recorded|taped)|recorded|(?:the |this |your |any )?(?:recording|taping))\b`;
const stops = new RegExp(
  String.raw`\b(?:stop|pause|end|quit|cease|switch off|turn off|shut off|object to|refuse)\b[^.?!]{0,25}\b(?:recording|taping|recorded|taped)\b|` +
    String.raw`\b(?:don['’]?t|do not|(?<!\b(?:did|have|had|could) )not|never|without|no)\b[^.?!]{0,40}?\b${thing}|` +
    String.raw`\brecording (?:off|stop)\b|\b(?:recording|recorder)\b[^.?!]{0,12}\boff\b`,
  'i',
);
const goesOn =
  /\b(?:resume|restart|continue|unpause|turn on|switch on|start|go on|go ahead)\b[^.?!]{0,25}\b(?:recording|taping)\b|\byou (?:can|may) (?:go on |start |continue |now )*record(?:ing)?\b(?: again| me| this| now|\W*$)|\brecording (?:on|is (?:ok|okay|fine))\b/i;
/** "Why do you record this?", "are you recording this?" and "I have no recording of it" ask for nothing. */
const asksOnly = /\b(?:why|are you|is (?:this|it|the call)|am i|do you|did you|have you|was (?:this|it))\b[^.?!]*\brecord/i;
const of = /\brecord(?:ing)?s? (?:of|for|in|on|that)\b/i;

/** What the caller wants of the recording: that there is none from now on, or that there is one again. */
export function recordingWish(text: string): 'off' | 'on' | undefined {
  if (!/\b(?:record|tap(?:e|ing))/i.test(text) || of.test(text)) return undefined;
  if (/\b(?:don['’]?t|do not)\b[^.?!]{0,10}\bstop\b/i.test(text)) return 'on';
  if (stops.test(text)) return asksOnly.test(text) && !/\b(?:stop|not|don['’]?t|without)\b/i.test(text) ? undefined : 'off';
  return goesOn.test(text) && !asksOnly.test(text) ? 'on' : undefined;
}
