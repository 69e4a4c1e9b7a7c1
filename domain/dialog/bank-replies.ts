import type { AssistantIntent } from '../assistant/intent.ts';
import type { Say } from '../assistant/wording-keys.ts';
import type { Account, Card } from '../bank/bank.ts';
import { moneyText } from '../bank/money.ts';
import { writtenDay } from '../language/dates.ts';
import type { Enquiry, FactualReply } from './factual-reply.ts';
import { accountName, cardName, kindName, kindOrder, list, sentences } from './naming.ts';
import { paymentReply } from './payment-replies.ts';
import { otherCurrency } from './payments.ts';
import type { Slots } from './slots.ts';
import { unexplainedText } from './unexplained.ts';

/** Answers to questions about the caller's own money. Every number in them comes from the bank. */
export async function answerQuery(enquiry: Enquiry, intent: AssistantIntent, slots: Slots): Promise<FactualReply> {
  const { bank, customerId, say } = enquiry;
  if (slots.otherAccount) return noAccount(say, inOrder(await bank.accounts(customerId)), slots.otherAccount);
  switch (intent.does) {
    case 'payments':
      if (await isTransfer(enquiry, slots)) return transferStatus(enquiry, slots);
      return paymentReply(enquiry, intent, slots);
    case 'spending':
      return paymentReply(enquiry, intent, slots);
    case 'transfers':
      return transferStatus(enquiry, slots);
    case 'cards':
      return cardStatus(enquiry, slots);
    default:
      return balances(enquiry, slots);
  }
}

const inOrder = (all: readonly Account[]) => [...all].sort((a, b) => kindOrder.indexOf(a.kind) - kindOrder.indexOf(b.kind));

async function balances(
  { bank, customerId, say, today }: Enquiry,
  { account, exceptAccount, lastFour, currency, amountMinor, bounds, days, earlier, together, unexplained, why }: Slots,
): Promise<FactualReply> {
  const all = inOrder(await bank.accounts(customerId));
  const asked = all.filter(
    (one) => (account ? one.kind === account : one.kind !== exceptAccount) && (!lastFour || one.lastFour === lastFour),
  );
  if (asked.length === 0) return noAccount(say, all);
  const told = asked.map((one) => {
    const { balance, available } = one;
    const named = accountName(say, one);
    if (one.kind === 'credit') {
      return balance.minor < 0
        ? say('owes', { account: named, amount: moneyText({ ...balance, minor: -balance.minor }) })
        : say('owes-nothing', { account: named });
    }
    const amount = moneyText(balance);
    return available.minor === balance.minor
      ? say('balance', { account: named, amount })
      : say('balance-available', { account: named, amount, available: moneyText(available) });
  });
  const [first] = asked;
  const opening = sentences(
    unexplainedText(say, { unexplained }),
    why ? say('cannot-tell-why') : '',
    earlier || (days && days.from !== today) ? say('balance-today-only') : '',
    otherCurrency(say, currency, first?.balance.currency),
    first ? enoughText(say, first, amountMinor ?? bounds?.overMinor) : '',
  );
  const total = together ? totalText(say, asked) : '';
  return { reply: sentences(opening, ...told, total), facts: [opening, ...told, total] };
}

/** What is on the accounts together, where that can be told; what is owed on a card is told beside it. */
function totalText(say: Say, asked: readonly Account[]): string {
  const holding = asked.filter(({ kind }) => kind !== 'credit');
  const [first] = holding;
  if (!first || holding.length < 2 || holding.some(({ balance }) => balance.currency !== first.balance.currency)) return '';
  const minor = holding.reduce((sum, { balance }) => sum + balance.minor, 0);
  const accounts = list(holding.map(({ kind }) => kindName(say, kind)));
  return say('balance-total', { accounts, amount: moneyText({ ...first.balance, minor }) });
}

/** Whether an account holds what the caller wants to pay; or empty. */
function enoughText(say: Say, { kind, available }: Account, amountMinor: number | undefined): string {
  if (amountMinor === undefined || kind === 'credit') return '';
  const values = { account: kindName(say, kind), amount: moneyText({ ...available, minor: amountMinor }) };
  return say(available.minor >= amountMinor ? 'enough' : 'not-enough', values);
}

function noAccount(say: Say, all: readonly Account[], asked?: string): FactualReply {
  const accounts = list(all.map((one) => accountName(say, one)));
  const reply = asked === undefined ? say('no-such-account', { accounts }) : say('no-other-account', { asked, accounts });
  return { reply, facts: [accounts, asked ?? ''] };
}

const isTo = (party: string, name: string) => party.toLowerCase().includes(name.toLowerCase());

/** Whether somebody is named to whom there are transfers, and no payments. */
async function isTransfer({ bank, customerId }: Enquiry, { merchant, merchants, figure }: Slots): Promise<boolean> {
  if (!merchant || merchants || figure) return false;
  const transfers = await bank.transfers(customerId);
  if (!transfers.some(({ party }) => isTo(party, merchant))) return false;
  return (await bank.transactions(customerId, { merchant, limit: 1 })).length === 0;
}

async function transferStatus({ bank, customerId, say, today }: Enquiry, slots: Slots): Promise<FactualReply> {
  const { amountMinor, merchant, person } = slots;
  const all = await bank.transfers(customerId);
  const asked = all.filter(
    ({ amount, party }) =>
      (amountMinor === undefined || Math.abs(amount.minor) === amountMinor) && (!merchant || isTo(party, merchant)),
  );
  const wanted = slots.failed ? 'rejected' : slots.pending ? 'pending' : undefined;
  // Where none is as the caller thinks, they hear how it is.
  const open = [asked.filter(({ status }) => status === wanted), asked.filter(({ status }) => status !== 'completed')].find(
    (some) => some.length > 0,
  );
  const shown = (open ?? asked).slice(0, 2);
  if (shown.length === 0) return { reply: say('no-transfer'), facts: [] };
  const told = shown.map(({ amount, party, day, status, expected }) => {
    const what = { amount: moneyText(amount), party, day: writtenDay(day, today) };
    if (status === 'pending' && expected)
      return say('transfer-pending-until', { ...what, expected: writtenDay(expected, today) });
    return say(`transfer-${status}`, what);
  });
  const opening = person && !merchant ? say('cannot-tell-person', { person }) : '';
  return { reply: sentences(opening, ...told), facts: [opening, ...told] };
}

async function cardStatus({ bank, customerId, say }: Enquiry, slots: Slots): Promise<FactualReply> {
  const cards = matching(await bank.cards(customerId), slots);
  if (cards.length === 0) return { reply: say('no-card'), facts: [] };
  const told = cards.map((card) => say(`card-is-${card.status}`, { card: cardName(say, card) }));
  // A terminal that refuses a card gives the bank no reason.
  const opening = slots.why || slots.failed ? say('cannot-tell-why') : '';
  return { reply: sentences(opening, ...told), facts: told };
}

export const matching = (cards: readonly Card[], { card, lastFour }: Slots) =>
  cards.filter((one) => (!card || one.kind === card) && (!lastFour || one.lastFour === lastFour));
