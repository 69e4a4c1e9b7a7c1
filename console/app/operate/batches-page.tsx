import { useQuery } from '@tanstack/react-query';
import { ListChecks, Plus } from 'lucide-react';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { api, type Schemas, take } from '../data/api.ts';
import { useWho } from '../shell/who.tsx';
import { number, when, words } from '../ui/format.ts';
import { Button, Card, Empty, Loaded, PageHead, Tag, type Tone } from '../ui/parts.tsx';
import { type Column, Table } from '../ui/table.tsx';
import { NewBatch } from './new-batch.tsx';

type Batch = Schemas['Batch'];

export const batchTones: Readonly<Record<Batch['state'], Tone>> = {
  preparing: 'warn',
  running: 'bot',
  paused: 'warn',
  done: 'good',
  cancelled: 'plain',
};

/** Share of a batch's rows that are done with. */
export function doneOf({ pending, created, reused, failed, rejected }: Batch['counts']): number {
  const all = pending + created + reused + failed + rejected;
  return all === 0 ? 0 : (all - pending) / all;
}

const columns: readonly Column<Batch>[] = [
  { head: 'Name', cell: ({ id, name }) => <Link href={`/batches/${encodeURIComponent(id)}`}>{name}</Link> },
  {
    head: 'Status',
    cell: ({ state }) => (
      <Tag tone={batchTones[state]} live={state === 'running'}>
        {words(state)}
      </Tag>
    ),
  },
  {
    head: 'Progress',
    minWidthPx: 110,
    cell: ({ name, counts }) => (
      <div className="bar" role="progressbar" aria-label={`Progress of ${name}`} aria-valuenow={Math.round(100 * doneOf(counts))}>
        <i style={{ width: `${100 * doneOf(counts)}%` }} />
      </div>
    ),
  },
  { head: 'Created', kind: 'number', cell: ({ counts }) => number(counts.created) },
  { head: 'Reused', kind: 'number', cell: ({ counts }) => number(counts.reused) },
  { head: 'Failed', kind: 'number', cell: ({ counts }) => number(counts.failed + counts.rejected) },
  { head: 'Started', cell: ({ createdAt }) => when(createdAt) },
];

/** Messages made by the table. */
export function BatchesPage() {
  const { tenant, may } = useWho();
  const [, go] = useLocation();
  const [creating, create] = useState(false);
  const query = useQuery({
    queryKey: ['batches', tenant],
    queryFn: () => take(api.GET('/batches', { params: { query: { tenant } } })),
    refetchInterval: ({ state }) =>
      state.data?.batches.some(({ state: one }) => one === 'running' || one === 'preparing') ? 2_000 : 15_000,
  });
  return (
    <>
      <PageHead
        title="Batches"
        actions={
          may('operate') && (
            <Button look="primary" onClick={() => create(true)}>
              <Plus aria-hidden /> New batch
            </Button>
          )
        }
      >
        Turn a spreadsheet of texts into recorded messages. A batch survives restarts and records nothing twice.
      </PageHead>
      <Loaded query={query}>
        {({ batches }) => (
          <Card flush>
            {batches.length === 0 ? (
              <Empty icon={ListChecks} title="No batches yet">
                Upload a CSV file with the columns <code>key</code> and <code>text</code>. Each row becomes a message that you can
                listen to and approve.
              </Empty>
            ) : (
              <Table rows={batches} columns={columns} keyOf={({ id }) => id} />
            )}
          </Card>
        )}
      </Loaded>
      {creating && <NewBatch onClose={() => create(false)} started={(id) => go(`/batches/${encodeURIComponent(id)}`)} />}
    </>
  );
}
