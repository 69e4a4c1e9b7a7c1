const yes =
  /^\W*(?:(?:um|uh|well|oh)\W+)*(?:yes|yeah|yep|yup|sure|ok(?:ay)?|correct|right|exactly|please do|go ahead|do (?:it|that)|that(?:'s| is) (?:right|correct|fine|it)|of course|absolutely|i confirm|confirmed?|certainly|fine|sounds good|go (?:on|for it)|let['’]?s (?:do|go)|by all means|proceed|all ?right|very well|why not|do so|that works|yup|ya|aye|affirmative)\b/i;
const no =
  /^\W*(?:(?:um|uh|well|oh|sorry)\W+)*(?:no(?! (?:time|idea|problem|worries|way|doubt|longer|more|matter)\b)|nope|nah|don't|do not|stop|wrong|not|never ?mind|forget it|cancel|leave it|that(?:'s| is) (?:wrong|not right|not it|incorrect)|i changed my mind)\b/i;

/** "Ok, and personal loans?" agrees to nothing: it asks something else. */
const asksOn =
  /^\W*(?:(?:um|uh|well|oh)\W+)*(?:ok(?:ay)?|all ?right|right|fine|sure)\W+(?:and|but|or|what about|how about)\b(?! (?:do|go|thanks?|thank|please|yes)\b)/i;

/** Whether an answer agrees; undefined where it does neither. */
export function yesOrNo(text: string): 'yes' | 'no' | undefined {
  if (no.test(text)) return 'no';
  if (asksOn.test(text)) return undefined;
  // "Yes, but not that one" is no yes.
  if (yes.test(text)) return /\b(?:but|wait|don't|do not|not)\b/i.test(text) ? undefined : 'yes';
  return undefined;
}

/** "Ok, thanks" takes no offer: whoever says it has heard enough. */
export const thanksOnly = (text: string): boolean =>
  /^\W*(?:(?:ok(?:ay)?|all ?right|fine|right|great|no|well)\W+)*(?:thanks?|thank you|cheers)\b(?:\W+(?:a lot|very much|so much|bye|goodbye|that['’]?s (?:all|it)))*\W*$/i.test(
    text,
  );

/** The caller gives the whole matter up. */
export const givesUp = (text: string): boolean =>
  /\b(?:never ?mind|forget (?:it|that|about it)|cancel (?:that|it|this)|leave it|changed my mind|stop that|skip (?:it|that|this)|drop (?:it|that|this)|let['’]?s move on|no longer (?:need|want) (?:it|that|this))\b/i.test(
    text,
  );
