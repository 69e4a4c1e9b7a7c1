/** 13 to 19 digits, in groups or not: card numbers. */
const cardNumber = /\b(?:\d[ -]?){12,18}\d\b/g;
const socialSecurityNumber = /\b\d{3}[- ]\d{2}[- ]\d{4}\b/g;
/** A code that the caller names as one. */
const secretCode =
  /\b(pin|password|passcode|cvv|cvc|security code)((?:\s+(?:number|code))?(?:\s+is)?[\s:]+)(?:\d[\d\s-]*\d|\d)/gi;

/** Hides card numbers, social security numbers and PINs before a text is stored, logged or given to a model. */
export function redact(text: string): string {
  return text
    .replace(socialSecurityNumber, '[ssn]')
    .replace(cardNumber, '[card number]')
    .replace(secretCode, (_all, name: string, between: string) => `${name}${between}[hidden]`);
}
