import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { addAuditEntry, allAuditEntries, lastAuditEntry } from '../../db/audit.ts';
import type { Database } from '../../db/open.ts';
import type { Principal } from '../../domain/access/access.ts';
import { type AuditAnchor, type AuditCheck, type AuditRecord, checkChain } from '../../domain/audit/chain.ts';
import { anchorLine, linesIn } from '../../domain/audit/lines.ts';
import { messageOf, VoicebotError } from '../../domain/errors.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Rule } from './rules.ts';

export interface AuditTrailOptions {
  readonly db: Database;
  readonly logger: Logger;
  /** Where the end of the chain is written down from time to time, outside the database. */
  readonly anchorFile: string;
  readonly now?: () => number;
}

/** What reads what callers have said, beside what changes anything. */
const auditedReads = new Set([
  ...['GET /sessions/{id}', 'GET /sessions/{id}/turns', 'GET /sessions/{id}/turns/{turn}/audio', 'GET /sessions/{id}/reviews'],
  ...['GET /sessions/{id}/listen', 'GET /sessions/{id}/orders'],
  ...['GET /turns', 'GET /cache/entries', 'GET /cache/export', 'GET /cache/reviews', 'POST /temporal/codec/decode'],
]);

/** Whether it is kept who did this. What callers do in their calls is kept with the calls. */
export function isAudited({ method, path, need }: Rule, principal: Principal | undefined): boolean {
  // Each page of the console asks for the tenants' names: what matters would be lost among that.
  if (method === 'GET' && path === '/tenants') return false;
  if (need === 'admin' || auditedReads.has(`${method} ${path}`)) return true;
  if (need === 'call') return principal?.role !== 'caller' && (path === '/tokens' || method === 'DELETE');
  return method !== 'GET' && (need === 'operate' || need === 'content');
}

/** Keeps who did what. */
export class AuditTrail {
  readonly #options: AuditTrailOptions;
  readonly #now: () => number;
  #anchored = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: AuditTrailOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** @throws VoicebotError `dependency-unavailable` where it cannot be kept. */
  async record(entry: Omit<AuditRecord, 'atMs'>): Promise<void> {
    try {
      await addAuditEntry(this.#options.db, { ...entry, atMs: this.#now() });
    } catch (cause) {
      this.#options.logger.error({ error: messageOf(cause), action: entry.action }, 'an action could not be recorded');
      throw new VoicebotError('dependency-unavailable', 'Who did this could not be recorded, so the answer is withheld.', {
        retryable: true,
        retryAfterSeconds: 5,
        cause,
      });
    }
  }

  /** Writes the end of the chain down again and again. */
  startAnchoring(everyMs: number): void {
    this.#timer = setInterval(() => void this.anchor(), everyMs).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.anchor();
  }

  /** Writes the end of the chain down, where it has grown. */
  async anchor(): Promise<void> {
    const { db, logger, anchorFile } = this.#options;
    try {
      const last = await lastAuditEntry(db);
      if (!last || last.seq === this.#anchored) return;
      const anchor: AuditAnchor = { seq: last.seq, hash: last.hash, atMs: this.#now() };
      await mkdir(dirname(anchorFile), { recursive: true });
      await appendFile(anchorFile, `${JSON.stringify(anchor)}\n`, { mode: 0o600 });
      this.#anchored = last.seq;
    } catch (error) {
      logger.warn({ error: messageOf(error) }, 'the audit log could not be anchored');
    }
  }

  /** Checks the whole chain against itself and the anchors. */
  async verify(): Promise<AuditCheck> {
    return checkChain(allAuditEntries(this.#options.db), await this.#anchors());
  }

  async #anchors(): Promise<AuditAnchor[]> {
    const text = await readFile(this.#options.anchorFile, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    return linesIn(text, anchorLine);
  }
}
