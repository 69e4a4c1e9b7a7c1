import type { Assistant } from '../assistant/assistant.ts';
import type { Behaviour } from '../assistant/behaviours.ts';
import type { Say } from '../assistant/wording-keys.ts';
import { numberWord, ordinalFrom } from '../language/numbers.ts';
import type { DecisionContext, Understood } from './decision.ts';
import { withoutExceptions } from './exceptions.ts';
import { withoutKinds } from './merchant-kinds.ts';
import { asksTogether } from './restrictions.ts';
import type { Slots } from './slots.ts';
import type { Request } from './state.ts';
import { withoutStory } from './story.ts';

/** Words that restrict nothing, whatever is asked. */
const plain = `
a about above debt owe owed owes owing bought landed lands land popped pin code codes customer client penny pence bother bothering bothered trouble disturb hassle worried worry finances damage outgoings outgoing rich expenditure expenditures blow blown blew wasted waste develop developed compare compared shop shops love dear darling pal daily arrive arrived arrives account accounts across actually add afford shell shelled fork forked splash splashed after again ago all allright almost alright already also altogether always am amount
amounts an and another any anybody anyone anything anyway approximately are around as ask asking at available average away back bank banking
basically be because been before begin beginning being below besides best better between big bit biggest both bro bucks but buy buying by bye
call called calling came can cannot card cards case cash cent cents charge charged charges check checked checking come comes coming completely confirm cost
costs could couple credit cross cumulative curious current currently customer customers date day days debit debited deduct deducted definitely deposit deposited
detail details did different do does doing dollar dollars done dont down during each earlier earliest either else end ended enough entire entries entry
especially euro euros even ever every everything exact exactly expense expenses expensive fact far few figure figures final finally financial find fine first five
for forget form fortnight four friend from full further gave general generally get gets getting give given go goes going gone good got great
guess had half happen happened happening has have having he hear hello help her here hey hi highest him his history hold hope how however hundred
i idea if immediately in incoming indeed info inform information instead interested into is it items its itself just kind kindly know knowing known
large larger largest last lately later latest least leave left less let like line list listed listen little load long look looking lot lots low lower lowest made
main make makes making many mate matter may maybe me mean meant mention mentioned middle might mind mine minus minute missing moment money month
monthly months more morning most mostly much must my myself name name's narrow near nearly need needed needs never new news next no normal normally
not note nothing now number numbers of off often oh ok okay old on once one only onto open or order other others otherwise ought our out outgoing
outstanding over overall overdrawn overview own paid part particular past pay paying payment payments pending per perhaps period person phone picture place
please plus possible posted pound pounds precise precisely present pretty previous previously probably process processed proper properly purchase purchased purchases
purse put quarter question questions quick quickly quite rather read ready real really reason recall receive received recent recently record records refer regarding
regards remain remaining remember remind report request required rest result right rough roughly round run said same saving savings say saying second see
seem seems seen send sent separate set several shall she should show showed showing shown simply since sir situation small smaller smallest so some
somebody someone something sometimes somewhere soon sorry sort sound speak specific spend spending spends spent stand standing stands start started starting
state statement status still stood stop stuff such sum summary summarise summarize sum sums supposed sure take taken takes taking talk tell telling than thank thanks that
the their them then there therefore these they thing things think this those though thought thousand three through till time times to today
together told tomorrow tonight too took top total totals touch transaction transactions transfer transferred tried true try trying two under understand
until up update us use used using usual usually value very via view wait want wanted wants was way we week weekend weekly weeks well went were
what whatever when whenever where whether which while who whole whom whose why will wish with withdraw withdrawal withdrawals withdrawn withdrew within without wonder
wondering wont visit visits visited worth would wrong year yearly years yes yesterday yet you your yourself
category categories type types area areas except excluding excluded exclude apart aside besides counting including leaving
january february march april may june july august september october november december
monday tuesday wednesday thursday friday saturday sunday dates evening afternoon night midnight noon hour hours minutes
yeah yep nope hmm um uh er well actually madam maam ma'am hiya cheers appreciate wanna gonna gotta lemme gimme dunno alrighty bucks quid grand
everyday checking chequing current savings credit debit balance
`
  .trim()
  .split(/\s+/);

const stem = (word: string) => word.replace(/(?:['’]s|s['’])$/, '').replace(/(?:ies|es|s|ed|ing|ly)$/, '');

const narrowed: readonly Behaviour[] = ['balances', 'payments', 'spending'];
const wordsOf = (text: string) => text.toLowerCase().match(/\p{L}[\p{L}'’-]*/gu) ?? [];

const knownTo = new WeakMap<Assistant, ReadonlySet<string>>();

/** Plain words, and those in which the assistant's own phrases ask about money. */
function knownWords(assistant: Assistant): ReadonlySet<string> {
  const before = knownTo.get(assistant);
  if (before) return before;
  const asking = [...assistant.intents.values()].filter(({ does }) => narrowed.includes(does));
  const known = new Set([...plain, ...asking.flatMap(({ phrases }) => phrases.flatMap(wordsOf))].map(stem));
  knownTo.set(assistant, known);
  return known;
}

const number = new RegExp(`^(?:${numberWord}|hundreds?|thousands?)$`, 'i');
const contracted = /(?:n['’]t|['’](?:s|d|m|re|ve|ll|t))$/;

/** Whether every word of such a request counts, since its answer depends on it. */
export const isNarrowed = (does: Behaviour): boolean => narrowed.includes(does);

/**
 * Content words of a question about money that nothing explains: neither a value that was read, nor the words in which people ask.
 */
export function unexplainedIn(
  assistant: Assistant,
  text: string,
  { merchant, merchants = [], purpose, place, person, otherAccount, kinds, except }: Slots,
): readonly string[] {
  const known = knownWords(assistant);
  let rest = withoutStory(except ? withoutExceptions(text) : text).replace(/\[[^\]]*\]/g, ' ');
  for (const part of [merchant, ...merchants, purpose, place, otherAccount, person]) {
    if (part) rest = rest.replace(new RegExp(escaped(part), 'gi'), ' ');
  }
  if (kinds) rest = withoutKinds(rest);
  return wordsOf(rest).filter(
    (word) =>
      word.length > 2 &&
      !known.has(stem(word)) &&
      !number.test(word) &&
      ordinalFrom(word) === undefined &&
      !(contracted.test(word) && known.has(stem(word.replace(contracted, '')))),
  );
}

const asksEnough = /\b(?:enough|afford|cover)\b/i;

/** With the words that nothing explains, which the answer then owns up to; and whether balances are to be added up. */
export function accounted(
  { intent, slots: named }: Request,
  { text, unread = [] }: Understood,
  { assistant }: DecisionContext,
): Request {
  const does = assistant.does(intent);
  if (!isNarrowed(does)) return { intent, slots: named };
  const slots: Slots = does === 'balances' && asksTogether(text) ? { ...named, together: true } : named;
  // Whether there is enough for it depends on the amount alone, whatever it is for.
  if (does === 'balances' && named.amountMinor !== undefined && asksEnough.test(text)) return { intent, slots };
  const unexplained = [...new Set([...unexplainedIn(assistant, text, slots), ...unread])];
  return { intent, slots: unexplained.length > 0 ? { ...slots, unexplained } : slots };
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** More are a story, of which nobody can say what it restricts. */
const mostNamed = 3;

/** How the bot says that it has not made use of words; or empty. */
export function unexplainedText(say: Say, { unexplained = [] }: { readonly [K in keyof Slots]: Slots[K] | undefined }): string {
  const [word] = unexplained;
  if (word === undefined) return '';
  if (unexplained.length > mostNamed) return say('missed-part');
  return unexplained.length === 1 ? say('missed-word', { word }) : say('missed-words', { words: unexplained.join(' ') });
}
