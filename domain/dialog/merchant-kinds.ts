import type { MerchantCategory } from '../bank/bank.ts';

type Kind = Exclude<MerchantCategory, 'other'>;

/** How the bot names a kind of merchant, and how callers do. */
const kinds: Readonly<Record<Kind, { readonly says: string; readonly words: string }>> = {
  groceries: {
    says: 'groceries',
    words:
      'grocer(?:y )?(?:shops?|stores?|shopping)|grocer(?:y|ies)|supermarkets?|food shopping|(?<!\b(?:pet|dog|cat|fast|about) )food|baker(?:y|ies)|bread|butchers?',
  },
  restaurants: {
    says: 'restaurants and cafes',
    words:
      'restaurants?|caf[eé]s?|coffees?|coffee shops?|eating out|dining(?: out)?|take-?aways?|take-?outs?|fast food|bars?|pubs?|(?<!\b(?:pet|dog|cat) )food(?! shopping)|lunch(?:es)?|dinners?|meals?|pizzas?',
  },
  fuel: { says: 'fuel', words: '(?:petrol|gas|fuel|filling|service) stations?|petrol|fuel|diesel|gasoline|gas(?! bill)' },
  transport: {
    says: 'transport',
    words:
      'public transport|transport|transit|bus(?:es)?|bus (?:fares?|tickets?)|trains?|train (?:fares?|tickets?)|taxis?|cabs?|parking|tolls?|commut(?:e|ing)|subway|metro',
  },
  travel: {
    says: 'travel',
    words: 'travel(?:ling)?|flights?|air ?fares?|airlines?|plane tickets?|hotels?|holidays?|vacations?|car hire|car rentals?',
  },
  housing: { says: 'rent and housing', words: 'rent|landlords?|housing' },
  utilities: {
    says: 'utilities',
    words:
      'utilit(?:y|ies)(?: bills?)?|electricity(?: bills?)?|gas bills?|water bills?|heating|power bills?|(?:phone|mobile|internet|broadband) (?:bills?|company|companies|contracts?)|internet|broadband',
  },
  health: {
    says: 'health',
    words:
      'health(?: ?care)?|pharmac(?:y|ies)|chemists?|drug ?stores?|medicines?|medications?|doctors?|dentists?|dental|hospitals?|opticians?|glasses',
  },
  clothing: { says: 'clothing', words: 'clothes|clothing|shoes|fashion|trainers|sneakers|jackets?|dresses' },
  home: {
    says: 'home and garden',
    words: 'furniture|garden(?:ing)?|diy|hardware stores?|home improvements?|household(?: goods)?|decorating',
  },
  books: { says: 'books', words: 'books|book ?(?:shops?|stores?)|stationery|magazines?|newspapers?' },
  entertainment: {
    says: 'entertainment',
    words:
      'entertainment|streaming(?: services?)?|movies?|films?|cinemas?|theat(?:re|er)s?|concerts?|video games?|games|gaming|music|tv subscriptions?',
  },
  sports: { says: 'sports and fitness', words: 'gyms?|(?:my |the )?gym memberships?|fitness|sports?|swimming|yoga' },
  electronics: { says: 'electronics', words: 'electronics?|computers?|laptops?|gadgets?' },
  beauty: { says: 'beauty', words: 'hairdressers?|hair ?cuts?|barbers?|beauty|cosmetics|make-?up|nails|spas?' },
  pets: { says: 'pets', words: 'pets?|vets?|vet bills?|(?:dog|cat|pet) food' },
  education: {
    says: 'education',
    words: 'education|tuition|school fees?|(?<!of )courses?|university fees?|college fees?|childcare|nursery',
  },
  insurance: { says: 'insurance', words: 'insurances?|(?:car|home|life|health) insurance|premiums?' },
  charity: { says: 'charity', words: 'charit(?:y|ies)|donations?' },
  cash: { says: 'cash', words: 'cash(?: withdrawals?| machines?)?|atms?|atm withdrawals?' },
  salary: {
    says: 'salary',
    words:
      "salar(?:y|ies)|wages?|pay ?che(?:ck|que)s?|payroll|pay ?days?|(?:i|we)(?:['’](?:ll|ve|m|re))? (?:\\w+ )?(?:get|gets|got|getting|be|been|being) paid(?! (?:back|for))",
  },
};

const patterns = (Object.keys(kinds) as Kind[]).map((kind) => ({
  kind,
  anywhere: new RegExp(String.raw`\b(?:${kinds[kind].words})\b`, 'i'),
  alone: new RegExp(String.raw`^(?:(?:the|my|a|an|any|some|local)\s+)*(?:${kinds[kind].words})$`, 'i'),
}));

/** Kinds of merchants that are named in a text. */
export const kindsIn = (text: string): readonly MerchantCategory[] =>
  patterns.filter(({ anywhere }) => anywhere.test(text)).map(({ kind }) => kind);

/** A text without the kinds that it names. */
export const withoutKinds = (text: string): string =>
  patterns.reduce((rest, { anywhere }) => rest.replace(new RegExp(anywhere, 'gi'), ' '), text);

/** Whether a name is no more than a kind: "the supermarket", not "Fresh Market". */
export const isKind = (name: string): boolean => patterns.some(({ alone }) => alone.test(name.trim()));

export const kindName = (kind: MerchantCategory): string => (kind === 'other' ? 'other things' : kinds[kind].says);
