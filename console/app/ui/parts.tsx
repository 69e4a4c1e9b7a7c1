import { Dialog as BaseDialog } from '@base-ui/react/dialog';
import { Toast } from '@base-ui/react/toast';
import type { LucideIcon } from 'lucide-react';
import { X } from 'lucide-react';
import { type ButtonHTMLAttributes, type ReactNode, useId } from 'react';
import { Problem } from '../data/api.ts';

/** The parts that all pages are made of. */

type Look = 'plain' | 'primary' | 'danger' | 'ghost';

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly look?: Look;
  readonly small?: boolean;
  /** Drawn alone; `aria-label` says what it does then. */
  readonly icon?: boolean;
}

export function Button({ look = 'plain', small, icon, className, ...rest }: ButtonProps) {
  const names = ['button', look === 'plain' ? '' : look, small ? 'small' : '', icon ? 'icon' : '', className ?? ''];
  return <button type="button" className={names.filter(Boolean).join(' ')} {...rest} />;
}

export function PageHead({ title, children, actions }: { title: ReactNode; children?: ReactNode; actions?: ReactNode }) {
  return (
    <div className="page-head">
      <div>
        <h1>{title}</h1>
        {children && <p>{children}</p>}
      </div>
      {actions && <div className="actions">{actions}</div>}
    </div>
  );
}

export function Card({
  title,
  actions,
  children,
  flush,
}: {
  title?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  flush?: boolean;
}) {
  return (
    <section className="card">
      {(title || actions) && (
        <header>
          {typeof title === 'string' ? <h2>{title}</h2> : title}
          {actions && <div className="row">{actions}</div>}
        </header>
      )}
      {flush ? children : <div className="body">{children}</div>}
    </section>
  );
}

/** What may be wider than the page scrolls by itself, also by keys. */
export function ScrollX({ children }: { children: ReactNode }) {
  return (
    <section className="scroll-x" tabIndex={0} aria-label="Table">
      {children}
    </section>
  );
}

export type Tone = 'good' | 'warn' | 'bad' | 'bot' | 'plain';

export function Tag({ tone = 'plain', live, children }: { tone?: Tone; live?: boolean; children: ReactNode }) {
  return <span className={`tag ${tone === 'plain' ? '' : tone} ${live ? 'live' : ''}`}>{children}</span>;
}

/** Where there is nothing yet: what would be here, and how it gets here. */
export function Empty({ icon: Icon, title, children }: { icon: LucideIcon; title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <Icon aria-hidden />
      <h2>{title}</h2>
      {children && <p>{children}</p>}
    </div>
  );
}

/** What went wrong, where it happened, and what to do about it. */
export function Trouble({ error, retry }: { error: unknown; retry?: () => void }) {
  if (!error) return null;
  const { message, hint } =
    error instanceof Problem ? error : { message: String((error as Error).message ?? error), hint: undefined };
  return (
    <div className="problem" role="alert">
      <p>{message}</p>
      {hint && <p className="small">{hint}</p>}
      {retry && (
        <div>
          <Button small onClick={retry}>
            Try again
          </Button>
        </div>
      )}
    </div>
  );
}

export function Loading({ label = 'Loading' }: { label?: string }) {
  return (
    <div className="loading" role="status">
      <span className="hidden">{label}</span>
      <i />
      <i />
      <i />
    </div>
  );
}

/** The state of a query: its problem, its shimmer, or what it gave. */
export function Loaded<T>({
  query,
  children,
}: {
  query: { data: T | undefined; error: unknown; isPending: boolean; refetch: () => unknown };
  children: (data: T) => ReactNode;
}) {
  if (query.data !== undefined) {
    return (
      <>
        {query.error ? <Trouble error={query.error} /> : null}
        {children(query.data)}
      </>
    );
  }
  return query.error ? <Trouble error={query.error} retry={() => void query.refetch()} /> : <Loading />;
}

export function Field({ label, hint, children }: { label: string; hint?: ReactNode; children: (id: string) => ReactNode }) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children(id)}
      {hint && <small>{hint}</small>}
    </div>
  );
}

export function Dialog({
  title,
  open,
  onClose,
  wide,
  children,
  actions,
}: {
  title: string;
  open: boolean;
  onClose: () => void;
  wide?: boolean;
  children: ReactNode;
  actions?: ReactNode;
}) {
  return (
    <BaseDialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <BaseDialog.Portal>
        <BaseDialog.Backdrop className="backdrop" />
        <BaseDialog.Popup className={`dialog ${wide ? 'wide' : ''}`}>
          <div className="row between">
            <BaseDialog.Title>{title}</BaseDialog.Title>
            <BaseDialog.Close render={<Button look="ghost" small icon aria-label="Close" />}>
              <X aria-hidden />
            </BaseDialog.Close>
          </div>
          {children}
          {actions && <div className="actions">{actions}</div>}
        </BaseDialog.Popup>
      </BaseDialog.Portal>
    </BaseDialog.Root>
  );
}

const toasts = Toast.createToastManager();

/** Says what was done, for a moment. */
export const tell = (title: string): void => void toasts.add({ title });
export const tellProblem = (error: unknown): void => {
  const { message, hint } = error as { message?: string; hint?: string };
  toasts.add({
    title: message ?? String(error),
    ...(hint ? { description: hint } : {}),
    type: 'bad',
    timeout: 9_000,
    priority: 'high',
  });
};

export function Toasts() {
  return (
    <Toast.Provider toastManager={toasts}>
      <Toast.Portal>
        <Toast.Viewport className="toasts">
          <ToastList />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function ToastList() {
  return Toast.useToastManager().toasts.map((toast) => (
    <Toast.Root key={toast.id} toast={toast} className="toast" data-type={toast.type}>
      <Toast.Title render={<p />} />
      <Toast.Description render={<p />} className="small quiet" />
    </Toast.Root>
  ));
}
