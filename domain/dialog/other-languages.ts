/** Words of other languages that English has not, or hardly says: common ones, and those of people who call a bank. */
const wordsOf = {
  es: 'quiero quisiera hablar español castellano necesito cuenta cuánto cuanto dinero tengo puedo hola ayuda perdido tarjeta saldo dónde cómo el los las una con para por favor que está mi usted gracias',
  fr: 'je voudrais veux parler français bonjour compte combien argent carte perdu besoin aide est ce que mon ma mes une le les avec pour vous merci puis-je avez où comment solde quel',
  de: 'ich möchte sprechen deutsch guten tag konto wie viel geld karte verloren brauche hilfe mein meine der das und mit für bitte danke können sie habe ist nicht kontostand auf meinem',
  it: 'voglio vorrei parlare italiano buongiorno conto quanto denaro soldi carta perso bisogno aiuto il gli una con per favore che sono mio mia grazie posso dove saldo ho',
  pt: 'quero gostaria falar português olá conta quanto dinheiro cartão perdi preciso ajuda meu minha uma com para por favor que está obrigado obrigada posso onde como saldo tenho',
} as const;

export type OtherLanguage = keyof typeof wordsOf;

const vocabularies = Object.entries(wordsOf).map(([code, words]) => [code as OtherLanguage, new Set(words.split(' '))] as const);
/** Short words that are names or English too must not decide alone. */
const leastWords = 2;
const leastShare = 0.5;

/** The language of words that are not English; undefined where that is not plain. */
export function otherLanguageOf(text: string): OtherLanguage | undefined {
  const words = [...new Set(text.toLowerCase().match(/[\p{L}-]+/gu))];
  const counts = vocabularies.map(([code, vocabulary]) => ({ code, known: words.filter((word) => vocabulary.has(word)).length }));
  const best = counts.reduce((most, count) => (count.known > most.known ? count : most));
  return best.known >= leastWords && best.known >= words.length * leastShare ? best.code : undefined;
}
