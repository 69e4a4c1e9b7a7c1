import { describe, expect, it } from 'vitest';
import { type AuditAnchor, type AuditEntry, type AuditRecord, checkChain, entryHash, noHash } from '../../domain/audit/chain.ts';

const record = (n: number): AuditRecord => ({
  ...{ atMs: 1_000 * n, actor: `key:${n}`, role: 'admin', tenant: 'default', address: '127.0.0.1' },
  ...{ action: 'DELETE /keys/{id}', target: { id: `k${n}` }, status: 200 },
});

function chainOf(n: number): AuditEntry[] {
  const entries: AuditEntry[] = [];
  for (let seq = 1; seq <= n; seq++)
    entries.push({ ...record(seq), seq, hash: entryHash(entries.at(-1)?.hash ?? noHash, seq, record(seq)) });
  return entries;
}
const anchorOf = ({ seq, hash, atMs }: AuditEntry): AuditAnchor => ({ seq, hash, atMs });
const at = (entries: readonly AuditEntry[], i: number) => entries[i] as AuditEntry;

describe('the chain of the audit log', () => {
  const entries = chainOf(10);
  const anchors = [anchorOf(at(entries, 4)), anchorOf(at(entries, 9))];
  const findings = async (some: readonly AuditEntry[], known = anchors) => (await checkChain(some, known)).findings;

  it('is whole as it was written', async () => {
    expect(await checkChain(entries, anchors)).toEqual({ entries: 10, anchors: 2, findings: [] });
    expect(await checkChain([], [])).toEqual({ entries: 0, anchors: 0, findings: [] });
  });

  it.each<[string, Partial<AuditEntry>]>([
    ['who', { actor: 'key:other' }],
    ['when', { atMs: 1 }],
    ['what', { action: 'GET /keys' }],
    ['to what', { target: { id: 'k4', more: 'x' } }],
    ['from where', { address: '192.0.2.1' }],
    ['whose', { tenant: 'other' }],
    ['how it ended', { status: 403 }],
  ])('shows that somebody has changed %s', async (_, change) => {
    const changed = entries.map((entry) => (entry.seq === 4 ? { ...entry, ...change } : entry));
    expect(await findings(changed)).toEqual([{ seq: 4, problem: 'changed' }]);
  });

  it('shows that an entry is gone', async () => {
    expect(await findings(entries.filter(({ seq }) => seq !== 4))).toEqual([{ seq: 4, problem: 'missing' }]);
    expect(await findings(entries.slice(1))).toEqual([{ seq: 1, problem: 'missing' }]);
  });

  it('shows that the end is gone, by its anchors', async () => {
    expect(await findings(entries.slice(0, 8))).toEqual([{ seq: 10, problem: 'cut-off' }]);
    expect(await findings([])).toEqual([{ seq: 10, problem: 'cut-off' }]);
  });

  it('shows that entries have changed places', async () => {
    const swapped = entries.map((entry) => ({
      ...(entry.seq === 4 ? at(entries, 4) : entry.seq === 5 ? at(entries, 3) : entry),
    }));
    expect((await findings(swapped)).map(({ problem }) => problem)).toContain('reordered');
    const renumbered = swapped.map((entry, i) => ({ ...entry, seq: i + 1 }));
    expect((await findings(renumbered)).map(({ problem }) => problem)).toContain('changed');
  });

  it('shows that all of it was written anew, by its anchors', async () => {
    const forged: AuditEntry[] = [];
    for (const { hash: _, ...entry } of entries) {
      const told = { ...entry, actor: 'somebody else' };
      forged.push({ ...told, hash: entryHash(forged.at(-1)?.hash ?? noHash, entry.seq, told) });
    }
    expect(await findings(forged, [])).toEqual([]);
    expect((await findings(forged)).map(({ problem }) => problem)).toEqual(['not-as-anchored', 'not-as-anchored']);
  });
});
