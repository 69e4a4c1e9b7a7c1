/**
 * What a caller may want. `query` reads the bank; `action` changes something there; `knowledge` is answered from approved articles;
 * `talk` needs neither.
 */
export const intents = {
  balance: { kind: 'query', says: 'your account balance' },
  transactions: { kind: 'query', says: 'your recent transactions' },
  spending: { kind: 'query', says: 'how much you spent' },
  'transfer-status': { kind: 'query', says: 'the status of a transfer' },
  'card-status': { kind: 'query', says: 'the status of your cards' },
  'card-block': { kind: 'action', says: 'blocking a card' },
  'move-money': { kind: 'action', says: 'moving money between your accounts' },
  dispute: { kind: 'action', says: 'a payment that you do not recognise' },
  'call-back': { kind: 'action', says: 'booking a call-back from a colleague' },
  information: { kind: 'knowledge', says: 'general information about the bank' },
  person: { kind: 'talk', says: 'talking to a person' },
  greeting: { kind: 'talk', says: 'saying hello' },
  thanks: { kind: 'talk', says: 'saying thank you' },
  goodbye: { kind: 'talk', says: 'ending the call' },
  yes: { kind: 'talk', says: 'yes' },
  no: { kind: 'talk', says: 'no' },
  cancel: { kind: 'talk', says: 'stopping what we are doing' },
  repeat: { kind: 'talk', says: 'hearing it again' },
  'small-talk': { kind: 'talk', says: 'a chat' },
} as const satisfies Record<string, { readonly kind: 'query' | 'action' | 'knowledge' | 'talk'; readonly says: string }>;

export type IntentName = keyof typeof intents;

export const intentNames = Object.keys(intents) as IntentName[];

/** What only the bank knows, or only the caller may ask for. */
export function isPersonal(intent: IntentName): boolean {
  const { kind } = intents[intent];
  return kind === 'query' || kind === 'action';
}

/** Whether the caller must be known before it. A call-back needs no secret: the number called is the one on file. */
export const needsVerification = isPersonal;

/** Whether it changes something, so that the caller must be sure to be who they say. */
export const needsStepUp = (intent: IntentName): boolean =>
  intent === 'move-money' || intent === 'card-block' || intent === 'dispute';
