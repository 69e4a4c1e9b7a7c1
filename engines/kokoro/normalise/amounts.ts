interface Currency {
  readonly one: string;
  readonly many: string;
  readonly cent: string;
  readonly cents: string;
}

const dollar: Currency = { one: 'dollar', many: 'dollars', cent: 'cent', cents: 'cents' };
const euro: Currency = { one: 'euro', many: 'euros', cent: 'cent', cents: 'cents' };
const pound: Currency = { one: 'pound', many: 'pounds', cent: 'penny', cents: 'pence' };

const currencies: Readonly<Record<string, Currency>> = {
  $: dollar,
  USD: dollar,
  '€': euro,
  EUR: euro,
  '£': pound,
  GBP: pound,
  '¥': { one: 'yen', many: 'yen', cent: 'sen', cents: 'sen' },
  JPY: { one: 'yen', many: 'yen', cent: 'sen', cents: 'sen' },
  '₹': { one: 'rupee', many: 'rupees', cent: 'paisa', cents: 'paise' },
  INR: { one: 'rupee', many: 'rupees', cent: 'paisa', cents: 'paise' },
  CHF: { one: 'Swiss franc', many: 'Swiss francs', cent: 'centime', cents: 'centimes' },
  CAD: { one: 'Canadian dollar', many: 'Canadian dollars', cent: 'cent', cents: 'cents' },
  AUD: { one: 'Australian dollar', many: 'Australian dollars', cent: 'cent', cents: 'cents' },
};

const number = String.raw`\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?`;
const scale = String.raw`(?:\s*(thousand|million|billion|trillion|[kKmMbB](?:n)?)\b)?`;
const codes = 'USD|EUR|GBP|JPY|INR|CHF|CAD|AUD';
const before = new RegExp(String.raw`(-|−)?\s?(?:US|CA|A)?([$€£¥₹]|\b(?:${codes})\b)\s?(-|−)?(${number})${scale}`, 'g');
const after = new RegExp(String.raw`(-|−)?\b(${number})${scale}\s?(€|£|\b(?:${codes})\b)`, 'g');

/** "$1,245.50" → "1245 dollars and 50 cents", "€2.5m" → "2.5 million euros", "-£3" → "minus 3 pounds". */
export function spellAmounts(text: string): string {
  return text
    .replace(before, (_all, minus: string, sign: string, innerMinus: string, value: string, unit: string) =>
      spell(value, unit, sign, Boolean(minus ?? innerMinus), _all.startsWith(' ')),
    )
    .replace(after, (_all, minus: string, value: string, unit: string, sign: string) =>
      spell(value, unit, sign, Boolean(minus), false),
    );
}

function spell(value: string, unit: string | undefined, sign: string, negative: boolean, leadingSpace: boolean): string {
  const currency = currencies[sign] ?? dollar;
  const prefix = `${leadingSpace ? ' ' : ''}${negative ? 'minus ' : ''}`;
  const plain = value.replace(/,/g, '');
  if (unit) return `${prefix}${plain} ${scaleWord(unit)} ${currency.many}`;
  const [whole = '0', fraction = ''] = plain.split('.');
  if (fraction.length > 2) return `${prefix}${plain} ${currency.many}`;
  const units = `${Number(whole)} ${Number(whole) === 1 ? currency.one : currency.many}`;
  const cents = Number(fraction.padEnd(2, '0'));
  if (cents === 0) return prefix + units;
  const small = `${cents} ${cents === 1 ? currency.cent : currency.cents}`;
  return prefix + (Number(whole) === 0 ? small : `${units} and ${small}`);
}

function scaleWord(unit: string): string {
  const letter = unit[0]?.toLowerCase();
  if (unit.length > 2) return unit;
  return letter === 'k' ? 'thousand' : letter === 'm' ? 'million' : 'billion';
}
