import { createHash } from 'node:crypto';

/** Who did what, as it is kept. */
export interface AuditRecord {
  /** When, in milliseconds since 1970. */
  readonly atMs: number;
  /** Whoever asked, as `key:abc`; `nobody` where that was not known. */
  readonly actor: string;
  readonly role: string;
  /** Whose data it was about; empty where it was about none. */
  readonly tenant: string;
  readonly address: string;
  /** Method and path of the route, as `POST /keys`. */
  readonly action: string;
  /** What it was done to: the values of the path. */
  readonly target: Readonly<Record<string, string>>;
  /** Status of the answer. */
  readonly status: number;
}

export interface AuditEntry extends AuditRecord {
  /** From 1, without gaps. */
  readonly seq: number;
  /** Of this entry and, by it, of all before. */
  readonly hash: string;
}

/** An entry that was written down outside the database: who changes the database cannot change this. */
export interface AuditAnchor {
  readonly seq: number;
  readonly hash: string;
  readonly atMs: number;
}

/** Before the first entry. */
export const noHash = '0'.repeat(64);

/** SHA-256 of the hash before and of all fields in a fixed order. */
export function entryHash(before: string, seq: number, record: AuditRecord): string {
  const { atMs, actor, role, tenant, address, action, target, status } = record;
  const sorted = Object.entries(target).sort(([a], [b]) => (a < b ? -1 : 1));
  const fields = [before, seq, atMs, actor, role, tenant, address, action, sorted, status];
  return createHash('sha256').update(JSON.stringify(fields)).digest('hex');
}

export interface AuditFinding {
  readonly seq: number;
  readonly problem: 'changed' | 'missing' | 'reordered' | 'not-as-anchored' | 'cut-off';
}

export interface AuditCheck {
  readonly entries: number;
  readonly anchors: number;
  readonly findings: readonly AuditFinding[];
}

/** Findings that are told; one change breaks little, and who removed all has told enough. */
const maxFindings = 100;

/** Checks that entries, in their order, are those that were written. */
export async function checkChain(
  entries: AsyncIterable<AuditEntry> | Iterable<AuditEntry>,
  anchors: readonly AuditAnchor[],
): Promise<AuditCheck> {
  const findings: AuditFinding[] = [];
  const anchored = new Map(anchors.map((anchor) => [anchor.seq, anchor]));
  let count = 0;
  let seq = 0;
  let hash = noHash;
  const tell = (finding: AuditFinding) => findings.length < maxFindings && findings.push(finding);
  for await (const entry of entries) {
    count++;
    if (entry.seq > seq + 1) tell({ seq: seq + 1, problem: 'missing' });
    else if (entry.seq <= seq) tell({ seq: entry.seq, problem: 'reordered' });
    // After a gap there is no hash to go on from: the entry's own is taken, and what follows is checked by it.
    else if (entryHash(hash, entry.seq, entry) !== entry.hash) tell({ seq: entry.seq, problem: 'changed' });
    const anchor = anchored.get(entry.seq);
    if (anchor && anchor.hash !== entry.hash) tell({ seq: entry.seq, problem: 'not-as-anchored' });
    seq = entry.seq;
    hash = entry.hash;
  }
  const last = Math.max(0, ...anchors.map((anchor) => anchor.seq));
  if (last > seq) tell({ seq: last, problem: 'cut-off' });
  return { entries: count, anchors: anchors.length, findings };
}
