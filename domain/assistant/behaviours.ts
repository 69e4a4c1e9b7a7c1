import type { Trust } from '../dialog/state.ts';

/**
 * `query` reads the bank; `action` changes something there; `knowledge` is answered from approved articles; `beyond` is a colleague's
 * business; `talk` needs none of these.
 */
export type IntentKind = 'query' | 'action' | 'knowledge' | 'beyond' | 'talk';

interface BehaviourTraits {
  readonly kind: IntentKind;
  /** Least trust that it needs; an assistant may ask for more. */
  readonly trust: Trust;
  /** Without an intent that does this the conversation has a hole. */
  readonly needed?: true;
}

/** What an intent may do: `does:` in its file. */
export const behaviours = {
  balances: { kind: 'query', trust: 'verified' },
  payments: { kind: 'query', trust: 'verified' },
  spending: { kind: 'query', trust: 'verified' },
  transfers: { kind: 'query', trust: 'verified' },
  cards: { kind: 'query', trust: 'verified' },
  /** Asks the bank by an operation of its OpenAPI document. */
  ask: { kind: 'query', trust: 'none' },
  'block-card': { kind: 'action', trust: 'stepped-up' },
  'move-money': { kind: 'action', trust: 'stepped-up' },
  dispute: { kind: 'action', trust: 'stepped-up' },
  /** Goes to the number on file. */
  'call-back': { kind: 'action', trust: 'verified' },
  /** Orders something at the bank by an operation of its OpenAPI document. */
  order: { kind: 'action', trust: 'verified' },
  article: { kind: 'knowledge', trust: 'none', needed: true },
  colleague: { kind: 'beyond', trust: 'none' },
  person: { kind: 'talk', trust: 'none', needed: true },
  end: { kind: 'talk', trust: 'none', needed: true },
  agree: { kind: 'talk', trust: 'none', needed: true },
  refuse: { kind: 'talk', trust: 'none', needed: true },
  cancel: { kind: 'talk', trust: 'none', needed: true },
  repeat: { kind: 'talk', trust: 'none', needed: true },
  /** The model talks. */
  chat: { kind: 'talk', trust: 'none' },
  /** Says that it is no business of the bank's. */
  decline: { kind: 'talk', trust: 'none', needed: true },
  /** Says the text of the intent's own file. */
  say: { kind: 'talk', trust: 'none' },
} as const satisfies Record<string, BehaviourTraits>;

export type Behaviour = keyof typeof behaviours;

export const behaviourNames = Object.keys(behaviours) as Behaviour[];

export const traitsOf = (does: Behaviour): BehaviourTraits => behaviours[does];
