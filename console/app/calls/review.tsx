import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ThumbsDown, ThumbsUp } from 'lucide-react';
import { useEffect, useState } from 'react';
import { api, type Turn, take } from '../data/api.ts';
import { Button, Dialog, Field, Trouble, tell } from '../ui/parts.tsx';

export interface TurnReview {
  readonly turn: number;
  readonly verdict: 'good' | 'bad';
  readonly betterReply: string | null;
}

/** Says whether an answer was good, and what should have been said. */
export function ReviewDialog({
  sessionId,
  turn,
  review,
  open,
  onClose,
}: {
  sessionId: string;
  turn: Turn;
  review: TurnReview | undefined;
  open: boolean;
  onClose: () => void;
}) {
  const [better, setBetter] = useState('');
  const queries = useQueryClient();
  useEffect(() => {
    if (open) setBetter(review?.betterReply ?? '');
  }, [open, review]);
  const judge = useMutation({
    mutationFn: (verdict: 'good' | 'bad') =>
      take(
        api.PUT('/sessions/{id}/turns/{turn}/review', {
          params: { path: { id: sessionId, turn: turn.turn } },
          body: { verdict, ...(better.trim() ? { betterReply: better.trim() } : {}) },
        }),
      ),
    onSuccess: () => {
      tell('Rating saved.');
      void queries.invalidateQueries({ queryKey: ['reviews', sessionId] });
      onClose();
    },
  });
  return (
    <Dialog
      title={`Rate turn ${turn.turn}`}
      open={open}
      onClose={onClose}
      actions={
        <>
          <Button disabled={judge.isPending} onClick={() => judge.mutate('bad')}>
            <ThumbsDown aria-hidden /> Bad
          </Button>
          <Button look="primary" disabled={judge.isPending} onClick={() => judge.mutate('good')}>
            <ThumbsUp aria-hidden /> Good
          </Button>
        </>
      }
    >
      <p>
        <span className="quiet">Caller:</span> {turn.transcript}
      </p>
      <p>
        <span className="quiet">Bot:</span> {turn.reply}
      </p>
      <Field label="Better reply (optional)" hint="Adapters are trained on better replies and on replies rated good.">
        {(id) => <textarea id={id} maxLength={600} value={better} onChange={({ target }) => setBetter(target.value)} />}
      </Field>
      <Trouble error={judge.error} />
    </Dialog>
  );
}
