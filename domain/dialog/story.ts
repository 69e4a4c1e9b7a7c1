/** What the caller tells beside the matter, and asks nothing by. "While I was in Spain" narrows what is asked. */
const story =
  /\b(?:because|since (?:i|we|my|our)\b(?! (?:opened|got))|as (?:i|we|my)\b|so that|so (?:i|we) (?:can|know|could)|in order to|before (?:i|we)\b|(?:(?:when|while)(?! (?:i|we) (?:was|were)\b)|if|after) (?:i|we)\b|i(?:['’]m| am) (?:calling|phoning|ringing|about to|trying to|planning|thinking|going|doing|preparing|working|filling|sorting|driving|standing|sitting|back)|i(?:['’]ve| have) (?:just|been|come|got back)|i (?:just )?(?:called|moved|came|arrived|returned|looked|noticed|saw|heard|got))\b(?:(?! and (?:i|what|how|would|could|can)\b)[^,.?!;])*/gi;

/** A caller's words without the reasons and circumstances that they tell. */
export const withoutStory = (text: string): string => text.replace(story, ' ');
