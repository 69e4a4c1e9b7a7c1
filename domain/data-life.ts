/** How long what callers have said is kept. */
export interface Retention {
  /** Sessions with all that belongs to them, after their end; kept when unset. */
  readonly sessionsDays?: number | undefined;
  /** Audio of turns; kept as long as their session when unset. */
  readonly audioDays?: number | undefined;
  /** Speech of approved wording that was made ahead, since it was made; what is needed again is made again. Kept when unset. */
  readonly speechDays?: number | undefined;
}

export type DeletionReason = 'retention' | 'erasure';

/** How many of each kind are gone. */
export interface DeletedCounts {
  readonly sessions: number;
  readonly turns: number;
  readonly recordings: number;
  readonly reviews: number;
  readonly tokens: number;
  /** Executions in Temporal, with their histories. */
  readonly histories: number;
  /** Questions of callers that waited for a judgement of what the cache served. */
  readonly questions: number;
  /** Files of speech that was made ahead. */
  readonly speech: number;
}

export const nothingDeleted: DeletedCounts = {
  sessions: 0,
  turns: 0,
  recordings: 0,
  reviews: 0,
  tokens: 0,
  histories: 0,
  questions: 0,
  speech: 0,
};

export const added = (a: DeletedCounts, b: DeletedCounts): DeletedCounts => ({
  sessions: a.sessions + b.sessions,
  turns: a.turns + b.turns,
  recordings: a.recordings + b.recordings,
  reviews: a.reviews + b.reviews,
  tokens: a.tokens + b.tokens,
  histories: a.histories + b.histories,
  questions: a.questions + b.questions,
  speech: a.speech + b.speech,
});

/** What was deleted, when, and for whom. */
export interface Deletion {
  readonly id: string;
  readonly atMs: number;
  readonly tenant: string;
  readonly reason: DeletionReason;
  /** The session, where it was one. */
  readonly sessionId: string | null;
  readonly requestedBy: string;
  readonly deleted: DeletedCounts;
}

/** What is left after an erasure, and why. */
export const remains: readonly { readonly what: string; readonly why: string }[] = [
  { what: 'Orders at the bank, with their receipts', why: "They are the bank's books, and lie there." },
  {
    what: 'Entries of the audit log that name the session',
    why: 'Who read and who erased it must stay known; they hold nothing that was said.',
  },
  { what: 'Cached answers', why: 'They are answers to anybody, without personal data.' },
  { what: 'Adapters that were trained before', why: 'Their data were redacted turns; a new training is without this session.' },
  { what: 'Backups', why: "The operator's backups end by their own times." },
];
