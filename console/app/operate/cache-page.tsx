import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Check, Database, X } from 'lucide-react';
import { useState } from 'react';
import { api, type Schemas, take } from '../data/api.ts';
import { useWho } from '../shell/who.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { duration, number, plural, share, when, words } from '../ui/format.ts';
import { Button, Card, Empty, Loaded, PageHead, tell, tellProblem } from '../ui/parts.tsx';
import { type Column, Table } from '../ui/table.tsx';
import { Figure } from './analytics-page.tsx';

const columns: readonly Column<Schemas['CacheEntry']>[] = [
  { head: 'Question', cell: ({ question }) => question },
  { head: 'Answer', cell: ({ reply }) => reply },
  { head: 'Intent', cell: ({ intent }) => words(intent) },
  { head: 'Served', kind: 'number', cell: ({ hits }) => number(hits) },
  { head: 'Expires', cell: ({ expiresAt }) => when(expiresAt) },
];

/** Answers that are given again: what they save, which they are, and whether they were right. */
export function CachePage() {
  const { tenant, may } = useWho();
  const queries = useQueryClient();
  const params = { params: { query: { tenant } } };
  const stats = useQuery({
    queryKey: ['cache', 'stats', tenant],
    queryFn: () => take(api.GET('/cache/stats', params)),
    refetchInterval: 10_000,
  });
  const entries = useQuery({
    queryKey: ['cache', 'entries', tenant],
    queryFn: () => take(api.GET('/cache/entries', { params: { query: { tenant, limit: 200 } } })),
  });
  const reviews = useQuery({ queryKey: ['cache', 'reviews', tenant], queryFn: () => take(api.GET('/cache/reviews', params)) });
  const [clearing, ask] = useState(false);
  const again = () => void queries.invalidateQueries({ queryKey: ['cache'] });
  const optimize = useMutation({
    mutationFn: () => take(api.POST('/cache/optimize', params)),
    onSuccess: ({ expired, wrong }) => {
      tell(`Deleted ${plural(expired + wrong, 'answer')}: ${expired} expired, ${wrong} judged different.`);
      again();
    },
    onError: tellProblem,
  });
  const clear = useMutation({
    mutationFn: () => take(api.DELETE('/cache/entries', params)),
    onSuccess: ({ removed }) => {
      tell(`Deleted ${plural(removed, 'answer')}.`);
      ask(false);
      again();
    },
  });
  return (
    <>
      <PageHead
        title="Cached answers"
        actions={
          may('content') && (
            <>
              <Button disabled={optimize.isPending} onClick={() => optimize.mutate()}>
                Clean up
              </Button>
              <Button look="danger" onClick={() => ask(true)}>
                Clear cache
              </Button>
            </>
          )
        }
      >
        Answers that are given again when the same question is asked. Nothing personal is cached.
      </PageHead>
      <div className="grid">
        <Loaded query={stats}>
          {(s) => (
            <dl className="figures">
              <Figure
                title="Answers"
                value={number(s.entries)}
                more={s.expired > 0 ? `${number(s.expired)} expired` : undefined}
              />
              <Figure
                title="Hit rate"
                value={s.hitRate === null ? '–' : share(s.hitRate)}
                more={`${number(s.hits)} of ${number(s.hits + s.misses)}`}
              />
              <Figure title="Time saved" value={duration(s.savedMs)} />
              <Figure
                title="To review"
                value={number(s.openReviews)}
                more={`${number(s.judgedRight)} same, ${number(s.judgedWrong)} different`}
              />
              <Figure title="Served above" value={s.threshold === null ? '–' : share(s.threshold)} more="match probability" />
            </dl>
          )}
        </Loaded>
        <Loaded query={reviews}>
          {({ reviews: open }) =>
            open.length > 0 ? (
              <Card title="Same question?" flush>
                {open.map((review) => (
                  <Review key={review.id} review={review} tenant={tenant} done={again} may={may('operate')} />
                ))}
              </Card>
            ) : null
          }
        </Loaded>
        <Loaded query={entries}>
          {({ entries: rows }) => (
            <Card title="Answers" flush>
              {rows.length === 0 ? (
                <Empty icon={Database} title="Nothing is cached yet">
                  The model's answers to general questions are cached as calls come in.
                </Empty>
              ) : (
                <Table rows={rows} columns={columns} keyOf={({ id }) => id} />
              )}
            </Card>
          )}
        </Loaded>
      </div>
      {clearing && (
        <FormDialog title="Clear the cache?" submit="Clear cache" danger sending={clear} onClose={() => ask(false)}>
          <p>Callers wait longer until the answers are made again. Articles and assistants are not affected.</p>
        </FormDialog>
      )}
    </>
  );
}

function Review({
  review,
  tenant,
  done,
  may,
}: {
  review: Schemas['CacheReview'];
  tenant: string;
  done: () => void;
  may: boolean;
}) {
  const judge = useMutation({
    mutationFn: (verdict: 'right' | 'wrong') =>
      take(
        api.POST('/cache/reviews/{review}', { params: { path: { review: review.id }, query: { tenant } }, body: { verdict } }),
      ),
    onSuccess: done,
    onError: tellProblem,
  });
  return (
    <div className="turn" style={{ gridTemplateColumns: 'minmax(0, 1fr) auto' }}>
      <div className="content">
        <p>
          <span className="quiet">Asked</span> {review.asked}
        </p>
        <p>
          <span className="quiet">Matched</span> {review.question}
        </p>
        <p className="small quiet">
          {review.reply} ({share(review.probability)} probability, {when(review.createdAt)})
        </p>
      </div>
      {may && (
        <div className="row">
          <Button small disabled={judge.isPending} onClick={() => judge.mutate('right')}>
            <Check aria-hidden /> Same
          </Button>
          <Button small disabled={judge.isPending} onClick={() => judge.mutate('wrong')}>
            <X aria-hidden /> Different
          </Button>
        </div>
      )}
    </div>
  );
}
