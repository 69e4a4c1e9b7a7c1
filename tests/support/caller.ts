import type { Understood } from '../../domain/dialog/decision.ts';
import { slotsIn } from '../../domain/dialog/slots.ts';
import { type DialogState, newDialog } from '../../domain/dialog/state.ts';

/** The day on which callers of unit tests call. */
export const today = '2026-11-24';

/** What a caller says, as the router is sure to understand it. */
export const said = (text: string, intent: string, more: Partial<Understood> = {}): Understood => ({
  ...{ text, intent, sure: true, slots: slotsIn(text, today) },
  ...more,
});

/** Who may ask, and who may order. */
export const verified: DialogState = { ...newDialog, trust: 'verified', customerId: 'c' };
export const steppedUp: DialogState = { ...verified, trust: 'stepped-up' };
