/** A number as somebody says it, in words, in digits, or in both. */
export interface SpokenNumber {
  readonly value: number;
  /** Where it stands in the text. */
  readonly start: number;
  readonly end: number;
  /** What it may mean as well: "eleven fifty" is 11.50, or 1,150. */
  readonly other?: number;
  /** "A couple of hundred": how many is not said. */
  readonly vague?: boolean;
  /** Said with a word that only amounts have, such as "grand". */
  readonly money?: boolean;
}

const words = (text: string) => text.split(' ');
export const unitValues: ReadonlyMap<string, number> = new Map(
  words(
    'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen',
  ).map((word, value) => [word, value]),
);
export const tensValues: ReadonlyMap<string, number> = new Map(
  words('twenty thirty forty fifty sixty seventy eighty ninety').map((word, i) => [word, 20 + 10 * i]),
);
export const scaleValues: ReadonlyMap<string, number> = new Map([
  ['hundred', 100],
  ['thousand', 1_000],
  ['grand', 1_000],
  ['k', 1_000],
  ['million', 1_000_000],
]);
const moneyScales = new Set(['grand', 'k']);
const vagueWords = new Set(['couple', 'few', 'several']);

interface Token {
  readonly word: string;
  readonly start: number;
  readonly end: number;
  /** Nothing but a blank or a hyphen stands before it. */
  readonly joined: boolean;
}

const tokenPattern = /\d[\d,]*(?:\.\d+)?|\p{L}+/gu;

function tokensOf(text: string): Token[] {
  let before = 0;
  return [...text.toLowerCase().matchAll(tokenPattern)].map(({ 0: word, index }) => {
    // "1,234," ends with a comma that is not its own.
    const own = word.replace(/,+$/, '');
    const token = { word: own, start: index, end: index + own.length, joined: /^[\s-]*$/.test(text.slice(before, index)) };
    before = token.end;
    return token;
  });
}

/** Reads one number after the other. */
class Reader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  all(): SpokenNumber[] {
    const found: SpokenNumber[] = [];
    while (this.#at < this.#tokens.length) {
      const from = this.#at;
      const number = this.#number();
      if (!number) this.#at = from + 1;
      else found.push({ ...number, start: this.#tokens[from]?.start ?? 0, end: this.#tokens[this.#at - 1]?.end ?? 0 });
    }
    return found;
  }

  #peek(ahead = 0): string | undefined {
    const token = this.#tokens[this.#at + ahead];
    return token && (ahead === 0 || token.joined) ? token.word : undefined;
  }

  /** Whether the tokens from here are these words; passes over them if so. */
  #take(...expected: readonly string[]): boolean {
    const here = expected.every((word, i) => this.#next(i) === word);
    if (here) this.#at += expected.length;
    return here;
  }

  /** A word that goes on with what was read. */
  #next(ahead = 0): string | undefined {
    for (let i = 0; i <= ahead; i++) if (!this.#tokens[this.#at + i]?.joined) return undefined;
    return this.#tokens[this.#at + ahead]?.word;
  }

  #number(): Omit<SpokenNumber, 'start' | 'end'> | undefined {
    return this.#vague() ?? this.#half() ?? this.#plain();
  }

  /** "A couple of hundred", "several thousand", "a few". */
  #vague(): Omit<SpokenNumber, 'start' | 'end'> | undefined {
    const from = this.#at;
    if (this.#peek() === 'a') this.#at++;
    if (!vagueWords.has(this.#peek() ?? '')) {
      this.#at = from;
      return undefined;
    }
    this.#at++;
    this.#take('of');
    let value = 1;
    let money = false;
    for (let word = this.#next(); scaleValues.has(word ?? ''); word = this.#next()) {
      value *= scaleValues.get(word as string) as number;
      money ||= moneyScales.has(word as string);
      this.#at++;
    }
    return { value, vague: true, money };
  }

  /** "Half a million". */
  #half(): Omit<SpokenNumber, 'start' | 'end'> | undefined {
    const scale = scaleValues.get(this.#peek(2) ?? '');
    if (this.#peek() !== 'half' || this.#peek(1) !== 'a' || !scale) return undefined;
    const money = moneyScales.has(this.#peek(2) ?? '');
    this.#at += 3;
    return { value: scale / 2, money };
  }

  #plain(): Omit<SpokenNumber, 'start' | 'end'> | undefined {
    const first = this.#whole();
    if (!first) return undefined;
    const { money } = first;
    if (this.#take('and', 'a', 'half')) return this.#scaled(first.value + 0.5, money);
    if (this.#next() === 'point') return this.#scaled(first.value + this.#decimals(), money);
    return { ...first, ...this.#pair(first.value, first.simple) };
  }

  /** "Two and a half | thousand". */
  #scaled(value: number, money: boolean): { readonly value: number; readonly money: boolean } {
    const word = this.#next() ?? '';
    const scale = scaleValues.get(word);
    if (scale) this.#at++;
    return { value: value * (scale ?? 1), money: money || moneyScales.has(word) };
  }

  /** "Two hundred and fifty", "one thousand two hundred", "1,200", "5 k". `simple`: without a scale. */
  #whole(): { readonly value: number; readonly simple: boolean; readonly money: boolean } | undefined {
    let total = 0;
    let current: number | undefined;
    let simple = true;
    let money = false;
    const from = this.#at;
    const begins = () => this.#at === from;
    for (;;) {
      const word = begins() ? this.#peek() : this.#next();
      const scale = scaleValues.get(word ?? '');
      if (begins() && word === 'a' && scaleValues.has(this.#peek(1) ?? '')) {
        current = 1;
      } else if (scale === 100 && current !== undefined && current > 0 && current < 100) {
        current *= 100;
        simple = false;
      } else if (scale !== undefined && scale > 100 && current !== undefined) {
        total += current * scale;
        current = 0;
        simple = false;
        money ||= moneyScales.has(word as string);
      } else if (word === 'and' && !simple && isSmall(this.#next(1)) && (current ?? 0) % 100 === 0) {
        // "two hundred and fifty"
      } else {
        const value = smallValue(word);
        if (value === undefined) break;
        if (current === undefined) current = value;
        else if (fits(current, value, simple)) current += value;
        else break;
      }
      this.#at++;
    }
    if (current !== undefined) return { value: total + current, simple, money };
    this.#at = from;
    return undefined;
  }

  #decimals(): number {
    const from = this.#at;
    this.#at++;
    let digits = '';
    for (let word = this.#next(); word !== undefined; word = this.#next()) {
      const value = word === 'oh' ? 0 : smallValue(word);
      if (value === undefined) break;
      digits += String(value);
      this.#at++;
    }
    if (digits === '') this.#at = from;
    return digits === '' ? 0 : Number(`0.${digits}`);
  }

  /** "Eleven fifty", "nine oh five"; more than two of them are digits that are told one by one. */
  #pair(first: number, simple: boolean): { readonly value: number; readonly other?: number } {
    const from = this.#at;
    if (!simple || !Number.isInteger(first) || first < 1 || first > 99 || this.#next() === undefined) return { value: first };
    const zero = this.#take('oh') || this.#take('zero');
    const second = this.#whole();
    const rest = isSmall(this.#next());
    const whole =
      second?.simple && !rest && (zero ? second.value >= 1 && second.value <= 9 : second.value >= 10 && second.value <= 99);
    if (!whole) {
      this.#at = from;
      return { value: first };
    }
    return { value: first + second.value / 100, other: first * 100 + second.value };
  }
}

const isSmall = (word: string | undefined) => smallValue(word) !== undefined;

function smallValue(word = ''): number | undefined {
  if (/^\d/.test(word)) return Number(word.replaceAll(',', ''));
  return unitValues.get(word) ?? tensValues.get(word);
}

/** Whether a small number goes on with a larger one: "two hundred | fifty", "twenty | five". */
function fits(before: number, value: number, simple: boolean): boolean {
  const tens = before % 100;
  if (tens === 0 && !simple) return value < 100;
  return tens >= 20 && tens % 10 === 0 && value >= 1 && value <= 9;
}

/** The numbers in a text, in their order. */
export const spokenNumbers = (text: string): SpokenNumber[] => new Reader(tokensOf(text)).all();
