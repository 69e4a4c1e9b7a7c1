import { ChevronDown, ChevronUp, ThumbsDown, ThumbsUp } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'wouter';
import type { Turn } from '../data/api.ts';
import { useWho } from '../shell/who.tsx';
import { milliseconds, plural, when, wholeMoment, words } from '../ui/format.ts';
import { Button, Tag } from '../ui/parts.tsx';
import { Player } from '../ui/player.tsx';
import { SourceTag } from '../ui/source-tag.tsx';
import { Retry } from './failed-page.tsx';
import { ReviewDialog, type TurnReview } from './review.tsx';
import { Why } from './why.tsx';

/** One turn of a call, with what stands behind it. */
export function TurnCard({ sessionId, turn, review }: { sessionId: string; turn: Turn; review: TurnReview | undefined }) {
  const [open, setOpen] = useState(false);
  const [reviewing, setReviewing] = useState(false);
  const { may } = useWho();
  const {
    turn: n,
    status,
    transcript,
    reply,
    heardReply,
    interrupted,
    source,
    intent,
    waitedMs,
    audioMs,
    guards,
    citations,
    retries,
  } = turn;
  const audio = (kind: string) => `/sessions/${encodeURIComponent(sessionId)}/turns/${n}/audio?kind=${kind}`;
  const heardAll = heardReply === null || heardReply === reply || !reply.startsWith(heardReply);
  return (
    <article className={`turn ${status === 'failed' ? 'failed' : ''}`} id={`turn-${n}`} data-turn={n}>
      <span className="index">{n}</span>
      <div className="content">
        <dl className="said">
          <dt className="caller">Caller</dt>
          <dd>{transcript || <span className="quiet">No words recognised.</span>}</dd>
          <dt className="bot">Bot</dt>
          <dd>
            {heardAll ? (
              reply || <span className="quiet">{status === 'failed' ? 'An apology' : 'No reply'}</span>
            ) : (
              <>
                {heardReply} <span className="unheard">{reply.slice(heardReply.length)}</span>
              </>
            )}
          </dd>
        </dl>
        <div className="about">
          <SourceTag source={source} />
          <span>{words(intent)}</span>
          {waitedMs !== null && <span className="figure">{milliseconds(waitedMs)}</span>}
          {interrupted && <Tag tone="warn">Interrupted</Tag>}
          {status === 'failed' && <Tag tone="bad">Failed: {turn.errorStep}</Tag>}
          {retries > 0 && <span>{plural(retries, 'retry', 'retries')}</span>}
          {guards.map((guard) => (
            <Tag key={`${guard.side} ${guard.reason}`} tone="warn">
              {words(guard.action)}: {guard.reason}
            </Tag>
          ))}
          {citations.map((article) => (
            <Link key={article} href={`/articles/${article}`}>
              {article}
            </Link>
          ))}
          <span title={wholeMoment(turn.createdAt)}>{when(turn.createdAt)}</span>
          <div className="row turn-actions">
            <Button small aria-expanded={open} onClick={() => setOpen(!open)}>
              {open ? <ChevronUp aria-hidden /> : <ChevronDown aria-hidden />} See why
            </Button>
            {may('operate') && (
              <Button small onClick={() => setReviewing(true)}>
                {review?.verdict === 'good' ? (
                  <ThumbsUp aria-hidden />
                ) : review?.verdict === 'bad' ? (
                  <ThumbsDown aria-hidden />
                ) : null}
                {review ? `Rated ${review.verdict}` : 'Rate'}
              </Button>
            )}
          </div>
        </div>
        {status === 'failed' && (
          <>
            <p className="small">{turn.errorMessage}</p>
            <Retry sessionId={sessionId} turn={n} />
          </>
        )}
        {audioMs > 0 && (
          <div className="row">
            <Player path={audio('heard')} label="Caller" look="caller" />
            {turn.spokenMs > 0 && <Player path={audio('spoken')} label="Bot" look="bot" />}
          </div>
        )}
        {review?.betterReply && <p className="note small">Better reply: {review.betterReply}</p>}
        {open && <Why sessionId={sessionId} turn={turn} />}
        <ReviewDialog sessionId={sessionId} turn={turn} review={review} open={reviewing} onClose={() => setReviewing(false)} />
      </div>
    </article>
  );
}
