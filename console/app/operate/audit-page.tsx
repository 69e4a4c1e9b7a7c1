import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { Download, ScrollText, ShieldCheck } from 'lucide-react';
import { useState } from 'react';
import { api, type Schemas, send, take } from '../data/api.ts';
import { useWho } from '../shell/who.tsx';
import { number, plural, wholeMoment } from '../ui/format.ts';
import { Button, Card, Empty, Loading, PageHead, Tag, Trouble, tellProblem } from '../ui/parts.tsx';
import { save } from '../ui/save.ts';
import { type Column, Table } from '../ui/table.tsx';

const columns: readonly Column<Schemas['AuditEntry']>[] = [
  { head: 'Entry', kind: 'number', cell: ({ seq }) => number(seq) },
  { head: 'Time', minWidthPx: 215, cell: ({ at }) => wholeMoment(at) },
  {
    head: 'Actor',
    minWidthPx: 120,
    cell: ({ actor, role }) => (
      <>
        <span className="mono">{actor}</span>
        <div className="small quiet">{role}</div>
      </>
    ),
  },
  { head: 'Action', kind: 'mono', cell: ({ action }) => action },
  { head: 'Target', kind: 'mono', cell: ({ target }) => Object.values(target).join(', ') },
  { head: 'Address', kind: 'mono', cell: ({ address }) => address },
  {
    head: 'Status',
    cell: ({ status }) => <Tag tone={status < 400 ? 'plain' : status < 500 ? 'warn' : 'bad'}>{status}</Tag>,
  },
];

/** Who did what. */
export function AuditPage() {
  const { me } = useWho();
  const [actor, setActor] = useState('');
  const query = useInfiniteQuery({
    queryKey: ['audit', actor],
    queryFn: ({ pageParam }) =>
      take(
        api.GET('/audit', {
          params: { query: { limit: 100, ...(actor ? { actor } : {}), ...(pageParam ? { before: pageParam } : {}) } },
        }),
      ),
    initialPageParam: 0,
    getNextPageParam: ({ next }) => next ?? undefined,
  });
  const verify = useMutation({ mutationFn: () => take(api.GET('/audit/verify')) });
  const exporting = useMutation({
    mutationFn: async () => save('audit.jsonl', await (await send('/audit/export')).text(), 'application/x-ndjson'),
    onError: tellProblem,
  });
  const entries = query.data?.pages.flatMap((page) => page.entries) ?? [];
  return (
    <>
      <PageHead
        title="Audit log"
        actions={
          me.tenant === null && (
            <>
              <Button disabled={verify.isPending} onClick={() => verify.mutate()}>
                <ShieldCheck aria-hidden /> {verify.isPending ? 'Checking' : 'Verify'}
              </Button>
              <Button disabled={exporting.isPending} onClick={() => exporting.mutate()}>
                <Download aria-hidden /> Export
              </Button>
            </>
          )
        }
      >
        Who did what. Entries form a hash chain, so Verify finds any entry that was changed, removed or reordered.
      </PageHead>
      <div className="stack">
        {verify.data && (
          <p className={verify.data.findings.length === 0 ? 'note' : 'problem'} role="status">
            {verify.data.findings.length === 0
              ? `${plural(verify.data.entries, 'entry', 'entries')} and ${plural(verify.data.anchors, 'anchor')} are intact.`
              : verify.data.findings.map(({ seq, problem }) => `Entry ${seq}: ${problem}.`).join(' ')}
          </p>
        )}
        <Trouble error={verify.error ?? query.error} />
        <div className="filters">
          <input
            className="search"
            type="search"
            aria-label="Actor"
            placeholder="Filter by actor, such as key:…"
            value={actor}
            onChange={({ target }) => setActor(target.value)}
          />
        </div>
        {query.isPending ? (
          <Loading />
        ) : (
          <Card flush>
            {entries.length === 0 ? (
              <Empty icon={ScrollText} title="No entries yet">
                Administration, access to transcripts and recordings, retries and refused log-ins are logged here.
              </Empty>
            ) : (
              <Table rows={entries} columns={columns} keyOf={({ seq }) => seq} />
            )}
          </Card>
        )}
        {query.hasNextPage && (
          <div>
            <Button disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
              Load older entries
            </Button>
          </div>
        )}
      </div>
    </>
  );
}
