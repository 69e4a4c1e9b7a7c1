const digitsApart = (digits: string) => digits.replace(/\D/g, '').split('').join(' ');

/** Groups of a phone number, each read digit by digit, with a short pause between. */
const groups = (number: string) =>
  number
    .split(/[^\d]+/)
    .filter(Boolean)
    .map(digitsApart)
    .join(', ');

/** Card endings, phone numbers, account numbers and codes are read digit by digit. */
export function spellIdentifiers(text: string): string {
  return (
    text
      // "ending in 4321", "ends with 0042", "last four digits 1234"
      .replace(
        /\b(end(?:ing|s)?\s+(?:in|with)|last\s+(?:four|4)(?:\s+digits)?(?:\s+(?:are|is|of))?)\s+(\d{2,6})\b/gi,
        (_all, words, digits) => `${words} ${digitsApart(digits)}`,
      )
      // "**** 1234", "xxxx-1234", "•••• 1234"
      .replace(/[*•xX]{2,}(?:[\s-][*•xX]{2,})*[\s-]?(\d{3,6})\b/g, (_all, digits: string) => `ending in ${digitsApart(digits)}`)
      // a whole card number
      .replace(/\b\d{4}([ -])\d{4}\1\d{4}\1\d{1,7}\b/g, (number) => groups(number))
      // international and North American phone numbers
      .replace(/(?<![\w.])\+\d{1,3}[\s.-]?(?:\(?\d{1,4}\)?[\s.-]?){2,5}\d{2,4}\b/g, (number) => `plus ${groups(number)}`)
      .replace(/(?<![\w.])(?:1[\s.-])?\(?\d{3}\)?[\s.-]\d{3}[\s.-]\d{4}\b/g, (number) => groups(number))
      // a sort code
      .replace(/\b(\d{2})-(\d{2})-(\d{2})\b/g, (number) => groups(number))
      // "account 12345", "reference no. 778812"
      .replace(
        /\b(account|acct|card|reference|ref|routing|confirmation|case|ticket|code|pin|extension)(\s+(?:number|no\.?|#))?(\s+is)?[\s:#]+(\d{3,})\b/gi,
        (_all, word, number = '', is = '', digits) => `${word}${number}${is} ${digitsApart(digits)}`,
      )
      // seven digits or more without separators are no quantity
      .replace(/(?<![\d.,])\d{7,}(?![\d.,]\d)/g, (digits) => digitsApart(digits))
  );
}
