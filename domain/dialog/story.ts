/** What the caller tells beside the matter, and asks nothing by. "While I was in Spain" narrows what is asked, and "tell me if I" asks it. */
const story =
  /\b(?:because|since (?:i|we|my|our)\b(?! (?:opened|got))|as (?:i|we|my)\b|so that|so (?:i|we) (?:can|know|could)|in order to|before (?:i|we)\b|(?:(?:when|while)(?! (?:i|we) (?:was|were)\b)|(?<!\b(?:know|see|me|check|sure|wonder|wondering|ask|asking|out) )if|after) (?:i|we)\b|i(?:['’]m| am) (?:calling|phoning|ringing|about to|trying to|planning|thinking|going|doing|preparing|working|filling|sorting|driving|standing|sitting|back)|i(?:['’]ve| have) (?:just|been|come|got back)|i (?:just )?(?:called|moved|came|arrived|returned|looked|noticed|saw|heard|got))\b(?:(?! and (?:i|what|how|would|could|can)\b)[^,.?!;])*/gi;

/** Who calls, as callers say it first; recognisers write names with a capital letter. */
const introduction =
  /(?:\b[Mm]y name(?:['’]s| is)\s+\p{L}[\p{L}'’-]*|(?<=^\W*(?:(?:[Hh]ello|[Hh]i|[Hh]iya|[Hh]ey|[Yy]es|[Gg]ood (?:morning|afternoon|evening|day))\W+)*)(?:[Tt]his is|[Ii]t(?:['’]s| is)|I(?:['’]m| am))\s+\p{Lu}[\p{L}'’-]+)(?:\s+\p{Lu}[\p{L}'’-]*){0,2}(?:\s+(?:here|speaking|calling))?/gu;

/** A caller's words without the reasons and circumstances that they tell, nor who they are. */
export const withoutStory = (text: string): string => text.replace(introduction, ' ').replace(story, ' ');
