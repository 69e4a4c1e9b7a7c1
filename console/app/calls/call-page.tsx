import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ExternalLink, PhoneOff } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useParams } from 'wouter';
import { api, type Schemas, take } from '../data/api.ts';
import { useWho } from '../shell/who.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { duration, plural, when, wholeMoment, words } from '../ui/format.ts';
import { Button, Card, Loaded, PageHead, Tag, type Tone, Trouble, tell, tellProblem } from '../ui/parts.tsx';
import { StatusTag } from './calls-page.tsx';
import { ListenIn } from './listen-in.tsx';
import { TurnCard } from './turn-card.tsx';
import { WaitChart } from './wait-chart.tsx';

/** Of a call that runs; each look is kept in the audit log. */
const liveMs = 3_000;

/** One call: what was said, heard, understood and done, and why. */
export function CallPage() {
  const { id = '' } = useParams<{ id: string }>();
  const sessionId = decodeURIComponent(id);
  const { may, settings } = useWho();
  const params = { params: { path: { id: sessionId } } };
  const session = useQuery({
    queryKey: ['session', sessionId],
    queryFn: () => take(api.GET('/sessions/{id}', params)),
    refetchInterval: ({ state }) => (state.data?.status === 'active' ? liveMs : false),
  });
  const reviews = useQuery({ queryKey: ['reviews', sessionId], queryFn: () => take(api.GET('/sessions/{id}/reviews', params)) });
  const reviewOf = useMemo(() => new Map(reviews.data?.reviews.map((review) => [review.turn, review])), [reviews.data]);
  const temporal = session.data && settings.temporalCallUrl?.replace('{workflowId}', encodeURIComponent(session.data.workflowId));

  return (
    <>
      <PageHead
        title={<span className="mono">{sessionId}</span>}
        actions={
          <>
            {temporal && (
              <a className="button" href={temporal} target="_blank" rel="noreferrer">
                <ExternalLink aria-hidden /> Temporal
              </a>
            )}
            {session.data?.status === 'active' && may('operate') && <TakeOver sessionId={sessionId} />}
            {session.data?.status === 'active' && may('call') && <EndCall sessionId={sessionId} />}
          </>
        }
      />
      <Loaded query={session}>
        {(call) => (
          <>
            <dl className="call-head">
              <div>
                <dt>Status</dt>
                <dd>
                  <StatusTag status={call.status} endReason={call.endReason} />
                </dd>
              </div>
              <div>
                <dt>Started</dt>
                <dd>{wholeMoment(call.createdAt)}</dd>
              </div>
              <div>
                <dt>Length</dt>
                <dd className="figure">
                  {duration(Date.parse(call.endedAt ?? new Date().toISOString()) - Date.parse(call.createdAt))}
                </dd>
              </div>
              <div>
                <dt>Turns</dt>
                <dd>{call.turns}</dd>
              </div>
              <div>
                <dt>Last intent</dt>
                <dd>{call.lastIntent ? words(call.lastIntent) : '–'}</dd>
              </div>
              <div>
                <dt>Tenant</dt>
                <dd>{call.tenant}</dd>
              </div>
            </dl>
            <div className="grid">
              {call.status === 'active' && may('operate') && <ListenIn sessionId={sessionId} />}
              {call.history.some(({ waitedMs }) => waitedMs !== null) && (
                <Card title="Wait by turn">
                  <WaitChart turns={call.history} />
                </Card>
              )}
              <Orders sessionId={sessionId} turns={call.turns} />
              <Card title={plural(call.history.length, 'turn')} flush>
                <ol className="call-turns">
                  {call.history.map((turn) => (
                    <li key={turn.turn}>
                      <TurnCard sessionId={sessionId} turn={turn} review={reviewOf.get(turn.turn)} />
                    </li>
                  ))}
                </ol>
                {call.history.length === 0 && (
                  <p className="quiet" style={{ padding: 16 }}>
                    Nothing has been said yet.
                  </p>
                )}
              </Card>
              {call.turns > call.history.length && <p className="note">Showing the latest {call.history.length} turns.</p>}
            </div>
          </>
        )}
      </Loaded>
    </>
  );
}

type Order = Schemas['Order'];
const orderTones: Readonly<Record<Order['state'], Tone>> = {
  done: 'good',
  'under-way': 'warn',
  failed: 'bad',
  'taken-back': 'warn',
};

/** What the call has ordered at the bank, step by step. */
function Orders({ sessionId, turns }: { sessionId: string; turns: number }) {
  const { data, error } = useQuery({
    queryKey: ['orders', sessionId, turns],
    queryFn: () => take(api.GET('/sessions/{id}/orders', { params: { path: { id: sessionId } } })),
    placeholderData: keepPreviousData,
  });
  if (error) return <Trouble error={error} />;
  if (!data || data.orders.length === 0) return null;
  return (
    <Card title="Bank orders">
      <ol className="stack">
        {data.orders.map(({ turn, kind, what, at, state, steps }) => (
          <li key={`${at} ${what}`} className="stack" style={{ gap: 4 }}>
            <div className="row">
              <Tag tone={orderTones[state]}>{words(state)}</Tag>
              <strong>{what}</strong>
              {turn !== null && (
                <a className="small" href={`#turn-${turn}`}>
                  Turn {turn}
                </a>
              )}
            </div>
            <p className="small quiet">
              {words(kind)}, {when(at)}: {steps.map(({ step, ended }) => `${step} ${ended ?? 'in progress'}`).join(', then ')}
            </p>
          </li>
        ))}
      </ol>
    </Card>
  );
}

function TakeOver({ sessionId }: { sessionId: string }) {
  const [asking, ask] = useState(false);
  const queries = useQueryClient();
  const transfer = useMutation({
    mutationFn: () => take(api.POST('/sessions/{id}/transfer', { params: { path: { id: sessionId } } })),
    onSuccess: ({ transferred }) => {
      ask(false);
      if (transferred) tell('The call was transferred to a person.');
      else tellProblem(new Error('Nobody took the call. The bot continues.'));
      void queries.invalidateQueries({ queryKey: ['session', sessionId] });
    },
  });
  return (
    <>
      <Button onClick={() => ask(true)}>Transfer</Button>
      {asking && (
        <FormDialog
          title="Transfer this call to a person?"
          submit={transfer.isPending ? 'Transferring' : 'Transfer'}
          sending={transfer}
          onClose={() => ask(false)}
        >
          <p>The bot stops speaking. The caller goes to the configured desk, with a summary of the call.</p>
        </FormDialog>
      )}
    </>
  );
}

function EndCall({ sessionId }: { sessionId: string }) {
  const [asking, ask] = useState(false);
  const queries = useQueryClient();
  const end = useMutation({
    mutationFn: () => take(api.DELETE('/sessions/{id}', { params: { path: { id: sessionId } } })),
    onSuccess: () => {
      ask(false);
      tell('The call has ended.');
      void queries.invalidateQueries({ queryKey: ['session', sessionId] });
    },
  });
  return (
    <>
      <Button look="danger" onClick={() => ask(true)}>
        <PhoneOff aria-hidden /> End call
      </Button>
      {asking && (
        <FormDialog title="End this call?" submit="End call" danger sending={end} onClose={() => ask(false)}>
          <p>The caller is disconnected.</p>
        </FormDialog>
      )}
    </>
  );
}
