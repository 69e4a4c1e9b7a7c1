/**
 * What a caller may want. `query` reads the bank; `action` changes something there; `knowledge` is answered from approved articles;
 * `beyond` is a colleague's business; `talk` needs none of these.
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
  beyond: { kind: 'beyond', says: 'something that a colleague does' },
  person: { kind: 'talk', says: 'talking to a person' },
  greeting: { kind: 'talk', says: 'saying hello' },
  thanks: { kind: 'talk', says: 'saying thank you' },
  goodbye: { kind: 'talk', says: 'ending the call' },
  yes: { kind: 'talk', says: 'yes' },
  no: { kind: 'talk', says: 'no' },
  cancel: { kind: 'talk', says: 'stopping what we are doing' },
  repeat: { kind: 'talk', says: 'hearing it again' },
  'small-talk': { kind: 'talk', says: 'a chat' },
  outside: { kind: 'talk', says: 'something else than the bank' },
} as const satisfies Record<
  string,
  { readonly kind: 'query' | 'action' | 'knowledge' | 'beyond' | 'talk'; readonly says: string }
>;

export type IntentName = keyof typeof intents;

export const intentNames = Object.keys(intents) as IntentName[];

/** What only the bank knows, or only the caller may ask for: they must be known before it. */
export function isPersonal(intent: IntentName): boolean {
  const { kind } = intents[intent];
  return kind === 'query' || kind === 'action';
}

/** Whether it changes something of value, so that the bank must be sure of who calls; a call-back goes to the number on file. */
export const needsStepUp = (intent: IntentName): boolean =>
  intent === 'move-money' || intent === 'card-block' || intent === 'dispute';
