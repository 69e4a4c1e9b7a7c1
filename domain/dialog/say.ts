import { type IntentName, intents } from './intents.ts';
import { digitsOf, type Identification } from './state.ts';

const inWords: Readonly<Record<number, string>> = { 5: 'five', 6: 'six', 8: 'eight' };

const named: Readonly<Record<Identification, string>> = {
  'customer-number': 'customer number',
  'phone-pin': 'telephone PIN',
  'security-code': 'security code',
};

export const identifications = Object.keys(named) as Identification[];

const digits = (need: Identification) => inWords[digitsOf[need]] ?? String(digitsOf[need]);

/** Approved wording of the conversation about banking. */
export const say = {
  identify(need: Identification): string {
    if (need === 'customer-number') {
      return `To help you with that, I need to know who you are. Please say or key in your ${named[need]}.`;
    }
    if (need === 'phone-pin') return `Thank you. And now your ${named[need]}, please.`;
    return `Before I change anything, please say or key in your ${digits(need)}-digit ${named[need]}.`;
  },
  identifyAgain: (need: Identification) =>
    `I need the ${digits(need)} digits of your ${named[need]}. Please say them one by one, or use the keys.`,
  goOn: (need: Identification) => `I have that. Go on with the rest of the ${digits(need)} digits, please.`,
  cannotIdentify: 'Without it I cannot do that, but a colleague can find another way.',
  which: (need: Identification) => `It is the ${named[need]} that the bank has given you.`,
  notWhatWasAsked: 'I am sorry about that. Please tell me in other words what you would like to know.',
  onRecord: 'That is what the bank has on record at this moment.',
  wrongDetails: 'Those details do not match what we have. Please start again with your customer number.',
  wrongCode: 'That code does not match. Please say or key in your security code again.',
  locked: 'For your security I cannot go on with your details in this call. Please talk to a colleague.',
  giveUpAsking: 'I did not get that. Let us leave it for now. Is there anything else?',
  dropped: 'All right, I have not changed anything. Is there anything else?',
  unsure: (a: IntentName, b: IntentName) =>
    `I am not sure that I understood you. Is it about ${intents[a].says}, or about ${intents[b].says}?`,
  offer: (intent: IntentName) =>
    intents[intent].kind === 'knowledge'
      ? 'You also asked me something else. Shall I come to that now?'
      : `You also spoke of ${intents[intent].says}. Shall I come to that now?`,
  /** @param title of an approved article */
  offerArticle: (title: string) => `I am not sure that I understood you. Is it about this: ${title}?`,
  unsureAlone: 'I am not sure that I understood you. Could you say it in other words?',
  unknown: 'I do not know that, and I would rather not guess. A colleague can tell you.',
  beyond: 'I cannot do that on the telephone, but a colleague can.',
  offerPerson: 'Shall I put you through?',
  outside: 'I am only here for your banking, and know nothing of that. What can I do for you at the bank?',
  refused: 'I cannot do that. I am here for your questions about the bank.',
  unavailable: 'I cannot reach that part of the bank right now. Nothing has been changed. Please try again in a moment.',
  notPossible: 'That was not possible, and nothing has been changed.',
  unheardConfirmation: 'We were cut off before I could do that, so nothing has been changed. Shall I do it now?',
  repeatNothing: 'I have not said anything yet. How can I help you?',
  identity: 'I am the automated assistant of the bank: a computer, not a person.',
  distress:
    'I am a machine and cannot help you with that as you deserve. If anybody is in danger, please call the emergency number now.',
  calm: 'I am sorry that this is not going well. I can try once more, or a colleague can help you.',
  why: 'I ask so that nobody else can hear about your money or touch it. It stays between you and the bank.',
  abilities:
    'I can tell you balances, payments and what you spent, move money between your accounts, block a card, take a disputed payment, arrange a call back, and answer questions about the bank.',
  takeYourTime: 'Of course, take your time.',
  onlyEnglish: {
    en: 'I only speak English.',
    es: 'Lo siento, solo hablo inglés.',
    fr: 'Désolé, je ne parle que l’anglais.',
    de: 'Es tut mir leid, ich spreche nur Englisch.',
    it: 'Mi dispiace, parlo solo inglese.',
    pt: 'Desculpe, só falo inglês.',
  },
  keepSecret: 'Please keep that to yourself: I ask for what I need. What can I do for you?',
  numberTaken: 'Thank you, I have your customer number. What can I do for you?',
  othersMatter: 'I can only tell you about your own accounts. Whose account it is must call themselves.',
  ownAccountsOnly: 'I can only move money between your own accounts. A colleague can help you with a payment to somebody else.',
  notWanted: 'All right, I will leave that as it is. What can I do for you?',
  anythingElse: 'All right. Is there anything else?',
} as const;
