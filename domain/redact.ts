import { numberWord, spokenDigits } from './language/numbers.ts';

const spokenDigit = `(?:${numberWord}|oh|double|triple)`;
/** Digits in groups or not, or spoken one by one. */
const longNumber = new RegExp(String.raw`\b\d(?:[ .,-]?\d){11,18}\b|\b${spokenDigit}(?:[\s,.-]+${spokenDigit}){11,18}\b`, 'gi');
const socialSecurityNumber = /\b\d{3}[- .]\d{2}[- .]\d{4}\b/g;
const namedSsn = /\b(social security(?: number)?|ssn)((?:\s+(?:is|number))*[\s:]+)(?:\d[\d\s.-]{5,}\d)/gi;
/** Without "customer" it is the caller's own: "my number is". */
export const customerNumberName = String.raw`(?:(?:customer|client|banking|member)\s+(?:number|id)|my\s+(?:number|id))`;
/** A code that the caller names as one. */
const secretCode = new RegExp(
  String.raw`\b(pin|passcode|cvv|cvc|security code|access code|${customerNumberName})((?:\s+(?:number|code))?(?:\s+(?:is|was|it's|are))?[\s:,]+)((?:\d[\d\s,.-]*\d|\d)|${spokenDigit}(?:[\s,.-]+${spokenDigit})*)`,
  'gi',
);
const customerNumber = new RegExp(
  String.raw`\b${customerNumberName}(?:\s+(?:is|was|it's))?[\s:,]+((?:\d[\d\s,.-]*\d)|${spokenDigit}(?:[\s,.-]+${spokenDigit})*)`,
  'i',
);

/** The customer number that somebody tells without being asked; undefined where it has not as many digits as those have. */
export function toldCustomerNumber(text: string, digits: number): string | undefined {
  const told = spokenDigits(customerNumber.exec(text)?.[1] ?? '');
  return told.length === digits ? told : undefined;
}

/** A word that the caller names as one; "my password is wrong" tells none. */
const password =
  /\b(password|passphrase)((?:\s+(?:is|was))[\s:]+)(?!(?:wrong|not|incorrect|expired|locked|blocked|forgotten|lost|too|no|the|a|an|reset|changed|invalid|weak|safe|secure|gone|compromised|stolen)\b)("[^"]+"|\S+)/gi;

/**
 * Whether digits may be a card's number: its last one is a check digit (Luhn, ISO/IEC 7812-1).
 */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return digits.length > 0 && sum % 10 === 0;
}

/** Hides card numbers, social security numbers, PINs and passwords before a text is stored, logged or given to a model. */
export function redact(text: string): string {
  return text
    .replace(namedSsn, (_all, name: string, between: string) => `${name}${between}[ssn]`)
    .replace(socialSecurityNumber, '[ssn]')
    .replace(longNumber, (found) => {
      const digits = spokenDigits(found);
      if (digits.length < 12 || digits.length > 19) return found;
      // A long number that was misheard is one too; it is only not called a card's.
      return digits.length >= 13 && passesLuhn(digits) ? '[card number]' : '[number]';
    })
    .replace(password, (_all, name: string, between: string) => `${name}${between}[password]`)
    .replace(secretCode, (_all, name: string, between: string) => `${name}${between}[hidden]`);
}

const marks: readonly (readonly [string, RegExp])[] = [
  ['card number', /\[card number\]/],
  ['long number', /\[number\]/],
  ['social security number', /\[ssn\]/],
  ['password', /\[password\]/],
  ['code', /\[hidden\]/],
];

/** What was hidden in a text. */
export function redactions(redacted: string): string[] {
  return marks.flatMap(([reason, mark]) => (mark.test(redacted) ? [reason] : []));
}
