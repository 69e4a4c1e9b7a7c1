/** Short forms with a full stop. */
const shortForms: readonly (readonly [RegExp, string])[] = [
  [/\bMr\./g, 'Mister'],
  [/\bMrs\./g, 'Missus'],
  [/\bMs\./g, 'Miz'],
  [/\bDr\.(?=\s+[A-Z])/g, 'Doctor'],
  [/\bSt\.(?=\s+[A-Z])/g, 'Saint'],
  [/\b([A-Z][a-z]+)\s+(?:St|st)\.(?=\s|$)/g, '$1 Street'],
  [/\bNo\.(?=\s*\d)/g, 'number'],
  [/\bnos?\.(?=\s*\d)/g, 'number'],
  [/\be\.g\.,?/gi, 'for example'],
  [/\bi\.e\.,?/gi, 'that is'],
  [/\betc\./gi, 'et cetera'],
  [/\bapprox\./gi, 'approximately'],
  [/\bacct\.?(?=\s|$)/gi, 'account'],
  [/\bdept\./gi, 'department'],
  [/\bmin\.(?=\s|$)/gi, 'minimum'],
  [/\bmax\.(?=\s|$)/gi, 'maximum'],
  [/\bp\.a\./gi, 'per year'],
  [/\bvs\.?(?=\s)/gi, 'versus'],
  [/\bInc\./g, 'Incorporated'],
  [/\bLtd\.?/g, 'Limited'],
  [/#(?=\s*\d)/g, 'number '],
];

/** Words in capitals that are said as words; others that banks use are spelled. */
const saidAsWords: Readonly<Record<string, string>> = {
  PIN: 'pin',
  PINS: 'pins',
  SWIFT: 'swift',
  IBAN: 'eye-ban',
  SEPA: 'seppa',
  FICO: 'fye-co',
  NASDAQ: 'nazdak',
  OK: 'okay',
  FAQ: 'F A Q',
};
const spelled =
  /\b(?:APR|APY|ATM|ATMs|FDIC|SSN|CVV|CVC|KYC|AML|IRA|IRS|ACH|EFT|CD|CDs|HSA|HELOC|BIC|VAT|TAN|OTP|SMS|UK|US|USA|EU|ID|IDs|PO|LLC|VIP|PDF|URL|NFC|AI|IT|HR|TV|DOB)\b/g;

/** "APR" → "A P R", "Mr." → "Mister", "e.g." → "for example". */
export function spellAbbreviations(text: string): string {
  let out = text;
  for (const [pattern, words] of shortForms) out = out.replace(pattern, words);
  return out
    .replace(/\b[A-Z]{2,7}\b/g, (word) => saidAsWords[word] ?? word)
    .replace(spelled, (word) => {
      const plural = word.endsWith('s');
      const letters = (plural ? word.slice(0, -1) : word).split('').join(' ');
      return plural ? `${letters}'s` : letters;
    });
}
