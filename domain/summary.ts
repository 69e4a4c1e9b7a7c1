import type { Exchange } from './call.ts';

/** What a colleague should know when a call is handed over. Put together from what was said; nothing is added. */
export interface ConversationSummary {
  readonly sessionId: string;
  readonly turns: number;
  /** The caller's last words. */
  readonly request: string;
  /** The latest exchanges, oldest first. */
  readonly exchanges: readonly Exchange[];
}

const keptExchanges = 10;

export function summaryOf(sessionId: string, turns: number, history: readonly Exchange[]): ConversationSummary {
  return { sessionId, turns, request: history.at(-1)?.transcript ?? '', exchanges: history.slice(-keptExchanges) };
}
