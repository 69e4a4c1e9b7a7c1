import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { useState } from 'react';
import { Link, useParams } from 'wouter';
import { api, type Schemas, send, take } from '../data/api.ts';
import { useWho } from '../shell/who.tsx';
import { number, share, wholeMoment, words } from '../ui/format.ts';
import { Button, Card, Loaded, PageHead, Tag, type Tone, tellProblem } from '../ui/parts.tsx';
import { Player } from '../ui/player.tsx';
import { save } from '../ui/save.ts';
import { type Column, Table } from '../ui/table.tsx';
import { Figure } from './analytics-page.tsx';
import { batchTones, doneOf } from './batches-page.tsx';

type Status = Schemas['BatchStatus'];
type Item = Schemas['BatchItem'];
type Wish = 'pause' | 'resume' | 'cancel' | 'retry';

const wishesOf: Readonly<Record<Status['state'], readonly Wish[]>> = {
  preparing: ['cancel'],
  running: ['pause', 'cancel'],
  paused: ['resume', 'cancel'],
  done: ['retry'],
  cancelled: ['retry'],
};
const itemTones: Readonly<Record<Item['state'], Tone>> = {
  pending: 'plain',
  created: 'good',
  reused: 'good',
  failed: 'bad',
  rejected: 'bad',
};

const columns = (tenant: string): readonly Column<Item>[] => [
  { head: 'Row', kind: 'number', cell: ({ line }) => line },
  { head: 'Key', kind: 'mono', minWidthPx: 150, cell: ({ key }) => key },
  {
    head: 'Text',
    cell: ({ text, errorMessage }) => (
      <>
        {text}
        {errorMessage && <div className="small quiet">{errorMessage}</div>}
      </>
    ),
  },
  { head: 'Status', cell: ({ state }) => <Tag tone={itemTones[state]}>{words(state)}</Tag> },
  {
    head: 'Recording',
    minWidthPx: 210,
    cell: ({ key, version }) =>
      version !== null && (
        <Player path={`/messages/${encodeURIComponent(key)}/audio?tenant=${tenant}&version=${version}`} label={key} />
      ),
  },
];

/** One batch: how far it is, and every row of it. */
export function BatchPage() {
  const { id = '' } = useParams<{ id: string }>();
  const { tenant, may } = useWho();
  const queries = useQueryClient();
  const [state, setState] = useState<Item['state'] | ''>('');
  const params = { path: { id }, query: { tenant } };
  const batch = useQuery({
    queryKey: ['batch', tenant, id],
    queryFn: () => take(api.GET('/batches/{id}', { params })),
    refetchInterval: (query) => (query.state.data?.endedAt ? false : 1_500),
  });
  const over = batch.data?.endedAt != null;
  const items = useQuery({
    queryKey: ['batch-items', tenant, id, state, over],
    queryFn: () =>
      take(
        api.GET('/batches/{id}/items', { params: { path: { id }, query: { tenant, limit: 500, ...(state ? { state } : {}) } } }),
      ),
    refetchInterval: over ? false : 3_000,
  });
  const control = useMutation({
    mutationFn: async (wish: Wish) =>
      (await send(`/batches/${encodeURIComponent(id)}/${wish}?tenant=${tenant}`, { method: 'POST' })).json(),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ['batch', tenant, id] }),
    onError: tellProblem,
  });
  const download = useMutation({
    mutationFn: async () => {
      const response = await send(`/batches/${encodeURIComponent(id)}/download?tenant=${tenant}`);
      save(`${id}.zip`, await response.blob());
    },
    onError: tellProblem,
  });

  return (
    <Loaded query={batch}>
      {(b) => (
        <>
          <PageHead
            title={b.name}
            actions={
              <>
                {may('operate') &&
                  wishesOf[b.state].map((wish) => (
                    <Button
                      key={wish}
                      look={wish === 'cancel' ? 'danger' : 'plain'}
                      disabled={control.isPending}
                      onClick={() => control.mutate(wish)}
                    >
                      {words(wish)}
                    </Button>
                  ))}
                <Button
                  disabled={download.isPending || b.counts.created + b.counts.reused === 0}
                  onClick={() => download.mutate()}
                >
                  <Download aria-hidden /> {download.isPending ? 'Packing' : 'Download'}
                </Button>
              </>
            }
          >
            Started {wholeMoment(b.createdAt)}. {b.engineChoice} <Link href="/batches">All batches</Link>
          </PageHead>
          <div className="grid">
            <dl className="figures" data-testid="batch-counts">
              <div>
                <dt>Status</dt>
                <dd style={{ fontSize: '1rem', paddingTop: 6 }}>
                  <Tag tone={batchTones[b.state]} live={b.state === 'running'}>
                    {words(b.state)}
                  </Tag>
                </dd>
              </div>
              <Figure
                title="Done"
                value={share(doneOf(b.counts))}
                more={b.running ? `${number(b.running)} in progress` : undefined}
              />
              <Figure title="Created" value={number(b.counts.created)} />
              <Figure title="Reused" value={number(b.counts.reused)} />
              <Figure
                title="Failed"
                value={number(b.counts.failed)}
                more={b.counts.rejected > 0 ? `${number(b.counts.rejected)} rows rejected` : undefined}
              />
            </dl>
            <Card
              title="Rows"
              actions={
                <select
                  aria-label="Status of rows"
                  style={{ width: 'auto' }}
                  value={state}
                  onChange={({ target }) => setState(target.value as Item['state'])}
                >
                  <option value="">All</option>
                  {Object.keys(itemTones).map((name) => (
                    <option key={name} value={name}>
                      {words(name)}
                    </option>
                  ))}
                </select>
              }
              flush
            >
              <Loaded query={items}>
                {({ items: rows }) => <Table rows={rows} columns={columns(tenant)} keyOf={({ line }) => line} />}
              </Loaded>
            </Card>
            <p className="small quiet">
              Approve recordings in <Link href="/messages">Messages</Link>. Calls play only what is approved.
            </p>
          </div>
        </>
      )}
    </Loaded>
  );
}
