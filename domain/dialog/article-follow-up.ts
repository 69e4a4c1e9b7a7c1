import { wordCount } from '../language/words.ts';
import type { Decision, DecisionContext, Understood } from './decision.ts';
import { isFollowUp, pointsBack } from './ellipsis.ts';
import { speaksOfCaller } from './plainly.ts';
import type { DialogState } from './state.ts';

/** More words say by themselves what they are about. */
const mostWordsOfEllipsis = 5;
/** More words do so even with an "it". */
const mostWordsOfFollowUp = 8;

/** Whether words may say only together with those before them what they ask. */
export const asksShortly = (text: string): boolean =>
  wordCount(text) <= (pointsBack(text) ? mostWordsOfFollowUp : mostWordsOfEllipsis);

/**
 * "And on Sundays?", once an article was told, may ask more about it, whatever the words are taken for. Where they are surely a wish of their
 * own, only an article that surely answers takes its place.
 */
export function moreOfArticle(
  dialog: DialogState,
  { text, intent, sure }: Understood,
  { assistant }: DecisionContext,
  decision: Decision,
): Decision {
  const { article, pending } = dialog;
  const leads = decision.kind === 'say' && decision.leadsTo !== undefined;
  if (article === undefined || pending || leads || decision.kind === 'knowledge' || decision.kind === 'think') return decision;
  const { kind, does } = assistant.intent(intent);
  const isShort = wordCount(text) <= mostWordsOfEllipsis;
  const asksMore = { kind: 'knowledge', dialog, otherwise: decision } as const;
  // "Up to how much?"
  const isOpen = isFollowUp(text) || (kind === 'query' && isShort && !speaksOfCaller(text));
  if (sure && (kind === 'query' || kind === 'action')) return isOpen ? { ...asksMore, onlySure: true } : decision;
  const mayMean = !sure || does === 'decline' || does === 'repeat' || does === 'colleague';
  return mayMean && (pointsBack(text) || isShort) ? asksMore : decision;
}
