import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { Phone } from 'lucide-react';
import { useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { Link, useSearchParams } from 'wouter';
import { api, type Session, take } from '../data/api.ts';
import { useWho } from '../shell/who.tsx';
import { duration, number, plural, when, wholeMoment, words } from '../ui/format.ts';
import { Empty, Loading, PageHead, Tag, Trouble } from '../ui/parts.tsx';

const pageRows = 200;
const rowPx = 44;
const liveMs = 2_000;
const periods = { '': 'Any time', hour: 'Last hour', day: 'Last day', week: 'Last week' } as const;
const hours: Readonly<Record<string, number>> = { hour: 1, day: 24, week: 168 };

/** All calls, the newest first: as many as there are, of which those are drawn that are seen. */
export function CallsPage() {
  const { listed: tenant } = useWho();
  const [filter, setFilter] = useSearchParams();
  const [typed, setTyped] = useState(filter.get('search') ?? '');
  const search = useDeferredValue(typed.replace(/[^A-Za-z0-9._-]/g, ''));
  const status = (filter.get('status') || undefined) as Session['status'] | undefined;
  const endReason = (filter.get('end') || undefined) as 'goodbye' | undefined;
  const failed = filter.get('failed') === 'true';
  const period = filter.get('period') ?? '';
  const from = useMemo(() => {
    const h = hours[period];
    return h ? new Date(Math.floor(Date.now() / 60_000) * 60_000 - h * 3_600_000).toISOString() : undefined;
  }, [period]);
  const query = useInfiniteQuery({
    queryKey: ['sessions', { tenant, search, status, endReason, failed, from }],
    queryFn: ({ pageParam }) =>
      take(
        api.GET('/sessions', {
          params: {
            query: {
              limit: pageRows,
              ...(tenant ? { tenant } : {}),
              ...(search ? { search } : {}),
              ...(status ? { status } : {}),
              ...(endReason ? { endReason } : {}),
              ...(failed ? { failed: 'true' as const } : {}),
              ...(from ? { from } : {}),
              ...(pageParam ? { cursor: pageParam } : {}),
            },
          },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    placeholderData: keepPreviousData,
  });
  // What is new comes in at the top; who has scrolled down is not disturbed, and a long list is not fetched whole every time.
  useLatest(query.data?.pages.length === 1, () => void query.refetch());

  const rows = useMemo(() => query.data?.pages.flatMap(({ sessions }) => sessions) ?? [], [query.data]);
  const active = query.data?.pages[0]?.active;
  const set = (name: string, value: string) =>
    setFilter(
      (before) => {
        const next = new URLSearchParams(before);
        if (value) next.set(name, value);
        else next.delete(name);
        return next;
      },
      { replace: true },
    );

  return (
    <>
      <PageHead title="Calls">
        {active === undefined ? 'All calls, newest first.' : `${plural(active, 'call')} in progress.`}
      </PageHead>
      <div className="filters" role="search">
        <input
          className="search"
          type="search"
          aria-label="Search by session ID"
          placeholder="Search by session ID"
          value={typed}
          onChange={({ target }) => {
            setTyped(target.value);
            set('search', target.value);
          }}
        />
        <select aria-label="Status" value={status ?? ''} onChange={({ target }) => set('status', target.value)}>
          <option value="">All statuses</option>
          <option value="active">In progress</option>
          <option value="ended">Ended</option>
          <option value="timed-out">Timed out</option>
        </select>
        <select aria-label="Outcome" value={endReason ?? ''} onChange={({ target }) => set('end', target.value)}>
          <option value="">Any outcome</option>
          {['hangup', 'goodbye', 'transferred', 'idle', 'timeout', 'lost'].map((reason) => (
            <option key={reason} value={reason}>
              {words(reason)}
            </option>
          ))}
        </select>
        <select aria-label="Started" value={period} onChange={({ target }) => set('period', target.value)}>
          {Object.entries(periods).map(([value, title]) => (
            <option key={value} value={value}>
              {title}
            </option>
          ))}
        </select>
        <label className="row">
          <input type="checkbox" checked={failed} onChange={({ target }) => set('failed', target.checked ? 'true' : '')} />
          Has failed turns
        </label>
      </div>
      {query.error ? <Trouble error={query.error} retry={() => void query.refetch()} /> : null}
      {query.isPending ? (
        <Loading />
      ) : rows.length === 0 ? (
        <Empty
          icon={Phone}
          title={search || status || failed || period || endReason ? 'No calls match these filters' : 'No calls yet'}
        >
          Calls from browsers, phones and the API appear here. <Link href="/talk">Make the first one.</Link>
        </Empty>
      ) : (
        <SessionList
          rows={rows}
          more={query.hasNextPage && !query.isFetchingNextPage ? () => void query.fetchNextPage() : undefined}
          complete={!query.hasNextPage}
        />
      )}
    </>
  );
}

/** Fetches the newest again and again, while that is a small thing. */
function useLatest(may: boolean, refetch: () => void) {
  const latest = useRef(refetch);
  latest.current = refetch;
  useEffect(() => {
    if (!may) return;
    const timer = setInterval(() => document.visibilityState === 'visible' && latest.current(), liveMs);
    return () => clearInterval(timer);
  }, [may]);
}

function SessionList({ rows, more, complete }: { rows: readonly Session[]; more: (() => void) | undefined; complete: boolean }) {
  const viewport = useRef<HTMLDivElement>(null);
  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => viewport.current,
    estimateSize: () => rowPx,
    overscan: 12,
  });
  const items = list.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= rows.length - 40) more?.();
  }, [last, rows.length, more]);
  return (
    <div className="sessions">
      <div className="session-row head" aria-hidden="true">
        <span>Session</span>
        <span>Status</span>
        <span>Turns</span>
        <span>Last intent</span>
        <span>Started</span>
        <span>Length</span>
      </div>
      {/* What scrolls must be reached by keys. */}
      <div
        className="viewport"
        ref={viewport}
        tabIndex={0}
        role="list"
        aria-label={`${number(rows.length)} calls${complete ? '' : ' so far'}`}
      >
        <div style={{ height: list.getTotalSize(), position: 'relative' }}>
          {items.map(({ index, start, key }) => {
            const row = rows[index];
            return row ? (
              <div
                key={key}
                role="listitem"
                style={{ position: 'absolute', top: 0, left: 0, right: 0, transform: `translateY(${start}px)` }}
              >
                <SessionRow row={row} />
              </div>
            ) : null;
          })}
        </div>
      </div>
    </div>
  );
}

function SessionRow({ row: { id, status, turns, lastIntent, endReason, createdAt, endedAt } }: { row: Session }) {
  const length = endedAt ? duration(Date.parse(endedAt) - Date.parse(createdAt)) : '';
  return (
    <Link className="session-row" href={`/calls/${encodeURIComponent(id)}`}>
      <span className="mono">{id}</span>
      <span>
        <StatusTag status={status} endReason={endReason} />
      </span>
      <span>{turns}</span>
      <span className="quiet">{lastIntent ? words(lastIntent) : ''}</span>
      <span title={wholeMoment(createdAt)}>{when(createdAt)}</span>
      <span className="quiet">{length}</span>
    </Link>
  );
}

export function StatusTag({ status, endReason }: Pick<Session, 'status' | 'endReason'>) {
  if (status === 'active')
    return (
      <Tag tone="bot" live>
        In progress
      </Tag>
    );
  const reason = endReason ?? status;
  return (
    <Tag tone={reason === 'transferred' ? 'warn' : reason === 'lost' || reason === 'timeout' ? 'bad' : 'plain'}>
      {words(reason)}
    </Tag>
  );
}
