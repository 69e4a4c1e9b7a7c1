import { type FormEvent, type ReactNode, useId } from 'react';
import { Button, Dialog, Trouble } from './parts.tsx';

/** A dialog that sends something: Enter sends it, what went wrong stands below, and it may be left. */
export function FormDialog({
  title,
  submit,
  danger,
  wide,
  ready = true,
  sending,
  onClose,
  children,
}: {
  title: string;
  /** What the button says. */
  submit: ReactNode;
  /** What is sent cannot be taken back. */
  danger?: boolean;
  wide?: boolean;
  /** Whether enough is filled in. */
  ready?: boolean;
  sending: { readonly isPending: boolean; readonly error: unknown; readonly mutate: () => void };
  onClose: () => void;
  children: ReactNode;
}) {
  const form = useId();
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (ready && !sending.isPending) sending.mutate();
  };
  return (
    <Dialog
      open
      wide={wide ?? false}
      title={title}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={form} look={danger ? 'danger' : 'primary'} disabled={!ready || sending.isPending}>
            {submit}
          </Button>
        </>
      }
    >
      <form id={form} className="stack" onSubmit={send}>
        {children}
        <Trouble error={sending.error} />
      </form>
    </Dialog>
  );
}
