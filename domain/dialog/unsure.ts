import type { Behaviour } from '../assistant/behaviours.ts';
import type { AssistantIntent } from '../assistant/intent.ts';
import { wordCount } from '../language/words.ts';
import { type Decision, type DecisionContext, speak, type Understood } from './decision.ts';
import { isEllipsis } from './ellipsis.ts';
import { saysPlainly } from './plainly.ts';
import type { Slots } from './slots.ts';
import { start } from './start.ts';
import type { DialogState, Pending } from './state.ts';
import { accounted } from './unexplained.ts';

/** "Can I get cash at the supermarket?" asks for no payments. */
const asksWhetherOne = /^\W*(?:can|could|may|am i able to|is it possible to)\b(?! you\b)/i;

/** The router does not know, or cannot tell two things apart. */
export function unsure(dialog: DialogState, understood: Understood, context: DecisionContext): Decision {
  const { text, intent, runnerUp, slots } = understood;
  const { assistant, say } = context;
  const first = assistant.intent(intent);
  const second = runnerUp === undefined ? undefined : assistant.intent(runnerUp);
  const either = (does: Behaviour) => first.does === does || second?.does === does;
  const asked =
    !asksWhetherOne.test(text) && narrowedAlone([first, ...(second ? [second] : [])], slots, assistant.doing('spending'));
  if (asked) {
    const said = saysPlainly(asked.does, understood);
    const named = (said && assistant.doing(said)) ?? asked;
    return start(dialog, accounted({ intent: named.name, slots }, understood, context), context);
  }
  // A single word is no question yet.
  if (either('article') && wordCount(text) > 1) return { kind: 'knowledge', dialog };
  const banking = assistant.isPersonal(intent);
  // Of what nobody is sure an article may know.
  const orArticle = (otherwise: Decision): Decision =>
    wordCount(text) > 3 && !dialog.pending ? { kind: 'knowledge', dialog, otherwise } : otherwise;
  const other = second && (assistant.isPersonal(second.name) || second.does === 'person');
  if (banking && other) {
    const pending: Pending = { kind: 'choice', options: [intent, second.name], slots };
    return orArticle(speak({ ...dialog, pending }, say('unsure', { first: first.says, second: second.says })));
  }
  if (banking || other) return orArticle(speak(dialog, say('unsure-alone')));
  if (either('decline')) return outside(dialog, text, context);
  // A sound, or a word, that may mean anything.
  return first.does === 'chat' ? { kind: 'think', dialog, instead: say('unsure-alone') } : speak(dialog, say('unsure-alone'));
}

/**
 * Which of what may be meant is asked, where its restrictions tell: a merchant, a kind of shop or a bound belongs to payments, a kind of
 * account that nobody has to balances, and between the list and the sum of payments what is asked of them decides.
 */
function narrowedAlone(
  candidates: readonly AssistantIntent[],
  slots: Slots,
  sums: AssistantIntent | undefined,
): AssistantIntent | undefined {
  const of = (...does: readonly Behaviour[]) => candidates.find((intent) => does.includes(intent.does));
  const { merchant, bounds, figure, kinds, otherAccount } = slots;
  if (otherAccount) return of('balances', 'payments', 'spending');
  if (figure === 'top-merchant') return of('spending') ?? sums;
  const both = of('payments') && of('spending');
  if (both && figure) return of('spending');
  const asks = of('payments', 'spending');
  const rival = candidates.some(({ does, kind }) => kind === 'action' || does === 'transfers');
  return asks && !rival && (merchant ?? bounds ?? (both ? kinds : undefined)) ? asks : undefined;
}

/** What is no business of a bank; a few words may be anything. */
export const outside = (dialog: DialogState, text: string, { say }: DecisionContext): Decision =>
  speak(dialog, isEllipsis(text) ? say('unsure-alone') : say('outside'));
