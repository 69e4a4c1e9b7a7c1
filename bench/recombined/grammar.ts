import type { Behaviour } from '../../domain/assistant/behaviours.ts';
import type { Slots } from '../../domain/dialog/slots.ts';
import type { Day } from '../../domain/language/dates.ts';
import {
  accounts,
  amounts,
  futureDays,
  kinds,
  merchants,
  periods,
  persons,
  places,
  purposes,
  type Said,
  times,
} from './values.ts';

/** What a sentence asks for. */
export interface Frame {
  readonly does: readonly Behaviour[];
  /** Of the request; what is not here must not be there either. */
  readonly slots: Slots;
  /** Words that the answer must own up to: no part of the bank's data. */
  readonly owned?: string;
  /** Wishes beside it, which are kept. */
  readonly open?: readonly Behaviour[];
}

export interface Sentence {
  readonly family: string;
  readonly text: string;
  readonly frame: Frame;
}

type Random = () => number;

const pick = <T>(random: Random, all: readonly T[]): T => all[Math.floor(random() * all.length)] as T;
const perhaps = (random: Random, share: number) => random() < share;

/** Makes sentences out of wishes, restrictions and repairs. */
export class Grammar {
  readonly #random: Random;
  readonly #today: Day;

  constructor(random: Random, today: Day) {
    this.#random = random;
    this.#today = today;
  }

  sentence(): Sentence {
    const families = [
      () => this.#spending(),
      () => this.#payments(),
      () => this.#figure(),
      () => this.#balance(),
      () => this.#move(),
      () => this.#block(),
      () => this.#callBack(),
      () => this.#unknown(),
      () => this.#negated(),
      () => this.#slip(),
      () => this.#two(),
    ];
    return pick(this.#random, families)();
  }

  #pick<T>(all: readonly T[]): T {
    return pick(this.#random, all);
  }

  #dressed(text: string): string {
    const before = this.#pick(['', '', '', '', 'Hello, ', 'Um, ', 'Yes hello, ', 'Good morning. ', 'Okay, ', 'Right, ']);
    const after = this.#pick(['', '', '', ', please', ' please', ', thank you', ' if you can']);
    const story = perhaps(this.#random, 0.12)
      ? this.#pick([' because I want to plan my budget', ', I am doing my taxes', ' since my wife asked me'])
      : '';
    const whole = `${before}${before ? text.charAt(0).toLowerCase() + text.slice(1) : text}${story}${after}`.replace(
      /\bi\b/g,
      'I',
    );
    const asks = /^(?:How|What|Which|Can|Could|Has|Is|Do)\b/.test(text);
    return whole.charAt(0).toUpperCase() + whole.slice(1) + (asks ? '?' : '.');
  }

  /** Of payments: any of a merchant or a kind, a period, a bound, in any order. */
  #restrictions(preposition: 'at' | 'to', { bounds = true } = {}): { readonly words: string; readonly slots: Slots } {
    const parts: string[] = [];
    let slots: Slots = {};
    const chance = this.#random();
    if (chance < 0.35) {
      const merchant = this.#pick(merchants);
      parts.push(`${preposition} ${merchant}`);
      slots = { ...slots, merchant };
    } else if (chance < 0.7) {
      const [words, kind] = this.#pick(kinds);
      parts.push(`${preposition === 'at' ? 'on' : 'for'} ${words}`);
      slots = { ...slots, kinds: [kind] };
    }
    if (perhaps(this.#random, 0.75)) {
      const [words, days] = this.#pick(periods(this.#today));
      parts.push(words);
      slots = { ...slots, days };
    }
    if (perhaps(this.#random, 0.5)) parts.reverse();
    if (bounds && perhaps(this.#random, 0.25)) {
      const [amount, minor] = this.#pick(amounts.filter(([words]) => /\$|dollar|bucks/.test(words)));
      const over = perhaps(this.#random, 0.5);
      parts.push(`${this.#pick(over ? ['over', 'above', 'more than'] : ['under', 'below', 'less than'])} ${amount}`);
      slots = { ...slots, bounds: over ? { overMinor: minor } : { underMinor: minor } };
    }
    return { words: parts.join(' '), slots };
  }

  #spending(): Sentence {
    const { words, slots } = this.#restrictions('at', { bounds: false });
    const lead = this.#pick([
      'How much did I spend',
      'What did I spend',
      'How much money did I spend',
      'Tell me how much I spent',
      'I want to know what I spent',
      'Can you add up what I spent',
      'How much have I spent',
    ]);
    return { family: 'spending', text: this.#dressed(`${lead} ${words}`.trim()), frame: { does: ['spending'], slots } };
  }

  #payments(): Sentence {
    const { words, slots } = this.#restrictions('to');
    const lead = this.#pick([
      'Show me my payments',
      'List my payments',
      'Which payments did I make',
      'What payments went out',
      'Can you read me my payments',
      'I would like to hear my payments',
    ]);
    return {
      family: 'payments',
      text: this.#dressed(`${lead} ${words}`.trim()),
      frame: { does: ['payments', 'spending'], slots },
    };
  }

  #figure(): Sentence {
    const { words, slots } = this.#restrictions('at', { bounds: false });
    const [lead, figure] = this.#pick<Said<Slots>>([
      ['What was my largest payment', { figure: 'largest' }],
      ['What was the most expensive thing I bought', { figure: 'largest' }],
      ['What was my smallest payment', { figure: 'smallest' }],
      ['How many payments did I make', { figure: 'count' }],
      ['How often did I pay', { figure: 'count' }],
      ['How much do I spend per week', { figure: 'average', per: 'week' }],
      ['What do I spend a month on average', { figure: 'average', per: 'month' }],
    ]);
    const frame: Frame = { does: ['payments', 'spending'], slots: { ...slots, ...figure } };
    return { family: 'figure', text: this.#dressed(`${lead} ${words}`.trim()), frame };
  }

  #balance(): Sentence {
    const [words, account] = this.#pick(accounts);
    const [text, slots] = this.#pick<Said<Slots>>([
      [`What is the balance of ${words}`, { account }],
      [`How much do I have in ${words}`, { account }],
      [`How much money is in ${words}`, { account }],
      [`Tell me what is left in ${words}`, { account }],
      ['What is my balance', {}],
      ['How much money do I have', {}],
      ['I need to know my account balance', {}],
    ]);
    return { family: 'balance', text: this.#dressed(text), frame: { does: ['balances'], slots } };
  }

  #moving(): { readonly text: string; readonly slots: Slots } {
    const [amount, amountMinor] = this.#pick(amounts);
    const [toWords, to] = this.#pick(accounts);
    const [fromWords, from] = this.#pick(accounts.filter(([, kind]) => kind !== to));
    return this.#pick([
      { text: `Move ${amount} from ${fromWords} to ${toWords}`, slots: { amountMinor, from, to } },
      { text: `Move ${amount} to ${toWords}`, slots: { amountMinor, to } },
      { text: `Can you transfer ${amount} into ${toWords}`, slots: { amountMinor, to } },
      { text: `I want to put ${amount} into ${toWords}`, slots: { amountMinor, to } },
      { text: `Please transfer ${amount} out of ${fromWords} to ${toWords}`, slots: { amountMinor, from, to } },
      { text: `From ${fromWords} to ${toWords}, move ${amount}`, slots: { amountMinor, from, to } },
    ]);
  }

  #move(): Sentence {
    const { text, slots } = this.#moving();
    return { family: 'move', text: this.#dressed(text), frame: { does: ['move-money'], slots } };
  }

  #block(): Sentence {
    const card = this.#pick(['debit', 'credit'] as const);
    const text = this.#pick([
      `Block my ${card} card`,
      `I lost my ${card} card`,
      `My ${card} card was stolen`,
      `Somebody took my ${card} card`,
      `Can you freeze my ${card} card`,
      `My ${card} card is missing`,
    ]);
    return { family: 'block', text: this.#dressed(text), frame: { does: ['block-card'], slots: { card } } };
  }

  #callBack(): Sentence {
    const [dayWords, day] = this.#pick(futureDays(this.#today));
    const [timeWords, time] = this.#pick(times);
    const lead = this.#pick([
      'Call me back',
      'Can somebody call me',
      'I would like a call back',
      'Have someone ring me',
      'Book a call back',
    ]);
    const text = perhaps(this.#random, 0.5) ? `${lead} ${dayWords} ${timeWords}` : `${lead} ${timeWords} ${dayWords}`;
    return { family: 'call-back', text: this.#dressed(text), frame: { does: ['call-back'], slots: { day, time } } };
  }

  /** What restricts and is no part of the bank's data. */
  #unknown(): Sentence {
    const [words, days] = this.#pick(periods(this.#today));
    const [kindWords, kind] = this.#pick(kinds);
    const [personWords, person] = this.#pick(persons);
    const [purpose, place] = [this.#pick(purposes), this.#pick(places)];
    const [text, owned, slots] = this.#pick<readonly [string, string, Slots]>([
      [`How much did I spend on ${purpose} ${words}`, purpose, { days }],
      [`What did I pay for ${purpose} ${words}`, purpose, { days }],
      [`How much did I spend ${place} ${words}`, place, { days }],
      [`What did I spend on ${kindWords} ${place} ${words}`, place, { days, kinds: [kind] }],
      [`How much did I pay to ${personWords} ${words}`, person, { days }],
    ]);
    return { family: 'unknown', text: this.#dressed(text), frame: { does: ['payments', 'spending'], slots, owned } };
  }

  #negated(): Sentence {
    const wanted = this.#pick([() => this.#balance(), () => this.#spending()])();
    const not = this.#pick([
      "I don't want to block my card",
      "I'm not asking you to move money",
      "I don't want to talk to a person",
      'Do not transfer anything',
    ]);
    const text = `${not}, ${this.#pick(['I just want to know', 'just tell me', 'but'])} ${bare(wanted.text)}`;
    return { family: 'negated', text, frame: wanted.frame };
  }

  /** Something is taken back in the same breath. */
  #slip(): Sentence {
    const marker = this.#pick([', no, ', ', sorry, ', ', I mean ', ', no wait, ']);
    if (perhaps(this.#random, 0.5)) {
      const [wrong] = this.#pick(amounts);
      const [right, amountMinor] = this.#pick(amounts.filter(([words]) => words !== wrong));
      const [toWords, to] = this.#pick(accounts);
      const frame: Frame = { does: ['move-money'], slots: { amountMinor, to } };
      return { family: 'slip', text: `Move ${wrong}${marker}${right} to ${toWords}.`, frame };
    }
    const [wrong] = this.#pick(periods(this.#today));
    const [right, days] = this.#pick(periods(this.#today).filter(([words]) => words !== wrong));
    return {
      family: 'slip',
      text: `How much did I spend ${wrong}${marker}${right}?`,
      frame: { does: ['spending'], slots: { days } },
    };
  }

  #two(): Sentence {
    const first = this.#pick([() => this.#balance(), () => this.#spending()])();
    const second = this.#pick([() => this.#block(), () => this.#callBack()])();
    const text = `${first.text.replace(/[.?]$/, '')} and ${lower(bare(second.text))}`;
    const urgent = second.family === 'block';
    const [now, later] = urgent ? [second, first] : [first, second];
    return { family: 'two wishes', text, frame: { ...now.frame, open: later.frame.does } };
  }
}

/** Without the greeting before it. */
const bare = (text: string) => text.replace(/^(?:Hello, |Um, |Yes hello, |Good morning\. |Okay, |Right, )/, '');
const lower = (text: string) => (/^I\b/.test(text) ? text : text.charAt(0).toLowerCase() + text.slice(1));
