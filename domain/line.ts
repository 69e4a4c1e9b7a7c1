/** The line that a caller is on, for whoever has to act on it. */
export type Line =
  | { readonly kind: 'socket' }
  | { readonly kind: 'twilio'; readonly callSid: string }
  | { readonly kind: 'audiosocket'; readonly uuid: string };
