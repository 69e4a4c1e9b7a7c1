import type { Assistant } from '../assistant/assistant.ts';
import type { AssistantIntent } from '../assistant/intent.ts';
import type { Say } from '../assistant/wording-keys.ts';
import type { NextStep } from '../call.ts';
import type { Slots } from './slots.ts';
import type { Action, DialogState, SpokenSecret } from './state.ts';
import type { BankStep } from './steps.ts';

/** What was understood of the caller's words. */
export interface Understood {
  readonly text: string;
  /** Name of an intent of the assistant. */
  readonly intent: string;
  /** Whether the intent is to be trusted. */
  readonly sure: boolean;
  /** The next best intent. */
  readonly runnerUp?: string | undefined;
  readonly slots: Slots;
  /** Digits that were spoken or keyed in while they were asked for. */
  readonly digits?: SpokenSecret | undefined;
  /** Words that another reader takes for restrictions, and that were not read as any. */
  readonly unread?: readonly string[] | undefined;
  /** What the bot said last. */
  readonly lastReply?: string | undefined;
}

/** What the bot does about it. */
export type Decision =
  | { readonly kind: 'say'; readonly reply: string; readonly leadsTo?: NextStep; readonly dialog: DialogState }
  | { readonly kind: 'bank'; readonly step: BankStep; readonly dialog: DialogState }
  /** Looks for an approved article; where there is none, does otherwise, or says so. */
  | {
      readonly kind: 'knowledge';
      readonly dialog: DialogState;
      readonly otherwise?: Decision;
      /** An article that only may be meant does not take the place of what is done otherwise. */
      readonly onlySure?: boolean;
    }
  /** The model talks, or these approved words stand in its place. */
  | { readonly kind: 'think'; readonly instead: string; readonly dialog: DialogState };

/** An answer to what was asked; or `anew`: the caller says something else, and it is taken as such. */
export type Answered = Decision | { readonly kind: 'anew'; readonly dialog: DialogState; readonly understood: Understood };

/** With what decisions are made. */
export interface DecisionContext {
  readonly assistant: Assistant;
  readonly say: Say;
  readonly canTransfer: boolean;
}

export const speak = (dialog: DialogState, reply: string, leadsTo?: NextStep): Decision => ({
  kind: 'say',
  reply,
  dialog,
  ...(leadsTo ? { leadsTo } : {}),
});

/** The bot asks so often for the same thing. */
export const maxAsked = 3;

/** The intent that an order came from. */
export function intentOf(assistant: Assistant, action: Action): AssistantIntent {
  if (action.kind === 'operation') return assistant.intent(action.intent);
  const intent = assistant.doing(action.kind === 'card-block' ? 'block-card' : action.kind);
  return intent ?? assistant.intent(action.kind);
}

/** The text that stands for an intent where it is offered: how callers would say it. */
export const phraseOf = (assistant: Assistant, intent: string): string => assistant.intent(intent).phrases[0] ?? '';
