import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { CircleCheck, RotateCcw } from 'lucide-react';
import { Link } from 'wouter';
import { api, type Schemas, take } from '../data/api.ts';
import { useWho } from '../shell/who.tsx';
import { when, words } from '../ui/format.ts';
import { Button, Card, Empty, Loaded, PageHead, Trouble, tell } from '../ui/parts.tsx';
import { Player } from '../ui/player.tsx';

type Failed = Schemas['FailedTurnList']['turns'][number];

export function FailedPage() {
  const { listed: tenant } = useWho();
  const query = useQuery({
    queryKey: ['failed-turns', tenant],
    queryFn: () => take(api.GET('/turns', { params: { query: { limit: 200, ...(tenant ? { tenant } : {}) } } })),
    refetchInterval: 10_000,
  });
  return (
    <>
      <PageHead title="Failed turns">
        Turns that gave up after all retries. The caller heard an apology. You can answer them again.
      </PageHead>
      <Loaded query={query}>
        {({ turns }) =>
          turns.length === 0 ? (
            <Card flush>
              <Empty icon={CircleCheck} title="No failed turns">
                A turn appears here when a step has used up its retries. Temporal retries most failures without anyone noticing.
              </Empty>
            </Card>
          ) : (
            <Card flush>
              {turns.map((turn) => (
                <FailedRow key={`${turn.sessionId} ${turn.turn}`} turn={turn} />
              ))}
            </Card>
          )
        }
      </Loaded>
    </>
  );
}

function FailedRow({ turn }: { turn: Failed }) {
  const { sessionId, turn: n, transcript, errorStep, errorCode, errorMessage, hasAudio, createdAt, retries } = turn;
  return (
    <article className="turn">
      <span className="index">{n}</span>
      <div className="content">
        <div className="about">
          <Link href={`/calls/${encodeURIComponent(sessionId)}`} className="mono">
            {sessionId}
          </Link>
          <span>{when(createdAt)}</span>
          {retries > 0 && <span>failed {retries + 1} times</span>}
        </div>
        <p>{transcript || <span className="quiet">No words recognised.</span>}</p>
        <p className="small quiet">
          {words(errorStep ?? 'step')}: {errorMessage} <span className="mono">{errorCode}</span>
        </p>
        {hasAudio && (
          <Player path={`/sessions/${encodeURIComponent(sessionId)}/turns/${n}/audio?kind=heard`} label="Caller" look="caller" />
        )}
        <Retry sessionId={sessionId} turn={n} />
      </div>
    </article>
  );
}

/** Tries a failed turn again, and says what came of it. */
export function Retry({ sessionId, turn }: { sessionId: string; turn: number }) {
  const { may } = useWho();
  const queries = useQueryClient();
  const retry = useMutation({
    mutationFn: () => take(api.POST('/sessions/{id}/turns/{turn}/retry', { params: { path: { id: sessionId, turn } } })),
    onSuccess: ({ status, reply }) => {
      if (status === 'answered') tell(`Answered: ${reply}`);
      void queries.invalidateQueries({ queryKey: ['failed-turns'] });
      void queries.invalidateQueries({ queryKey: ['session', sessionId] });
    },
  });
  if (!may('operate')) return null;
  return (
    <div className="stack">
      <div>
        <Button small onClick={() => retry.mutate()} disabled={retry.isPending}>
          <RotateCcw aria-hidden /> {retry.isPending ? 'Retrying' : 'Retry'}
        </Button>
      </div>
      {retry.data?.status === 'failed' && (
        <Trouble error={new Error(`The turn failed again: ${retry.data.error?.message ?? 'unknown'}`)} />
      )}
      <Trouble error={retry.error} />
    </div>
  );
}
