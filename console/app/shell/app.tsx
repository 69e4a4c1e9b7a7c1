import { Dialog } from '@base-ui/react/dialog';
import { useQuery } from '@tanstack/react-query';
import { LogOut, Menu, Monitor, Moon, Sun } from 'lucide-react';
import { Suspense, useEffect, useRef, useState } from 'react';
import { Link, Redirect, Route, Switch, useLocation } from 'wouter';
import { api, take } from '../data/api.ts';
import { keepCredential, keepTenantNames, keptTenantNames } from '../data/session.ts';
import { Button, Loading, Toasts } from '../ui/parts.tsx';
import { ErrorBoundary } from './error-boundary.tsx';
import { Mark } from './mark.tsx';
import { ArticlePage, BatchPage, CallPage, pages } from './pages.ts';
import { applyTheme, keptTheme, type Theme, themes } from './theme.ts';
import { useWho, WithWho } from './who.tsx';

export function App() {
  return (
    <>
      <WithWho>
        <Shell />
      </WithWho>
      <Toasts />
    </>
  );
}

function Shell() {
  const [path] = useLocation();
  const { may } = useWho();
  const main = useRef<HTMLElement>(null);
  const [menu, setMenu] = useState(false);
  const mine = pages.filter(({ needs }) => may(needs));
  const first = useRef(true);
  // Who uses a keyboard or a screen reader begins at the new page, and not in the menu.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the path that changes.
  useEffect(() => {
    setMenu(false);
    if (first.current) first.current = false;
    else main.current?.focus({ preventScroll: true });
    const title = mine.find((one) => path.startsWith(one.path))?.title;
    document.title = title ? `${title} · Voicebot` : 'Voicebot';
  }, [path]);
  return (
    <div className="shell">
      <a className="skip" href="#main">
        Skip to content
      </a>
      <div className="topbar">
        <Link href="/" className="brand">
          <Mark />
          Voicebot
        </Link>
        <Button look="ghost" icon aria-label="Menu" onClick={() => setMenu(true)}>
          <Menu aria-hidden />
        </Button>
      </div>
      <Dialog.Root open={menu} onOpenChange={setMenu}>
        <Dialog.Portal>
          <Dialog.Backdrop className="backdrop" />
          <Dialog.Popup className="drawer" aria-label="Menu">
            <Side />
          </Dialog.Popup>
        </Dialog.Portal>
      </Dialog.Root>
      <Side />
      <div>
        <Availability />
        <main id="main" ref={main} tabIndex={-1}>
          <ErrorBoundary key={path}>
            <Suspense fallback={<Loading />}>
              <Switch>
                <Route path="/">
                  <Redirect to={mine[0]?.path ?? '/calls'} replace />
                </Route>
                <Route path="/login">
                  <Redirect to="/" replace />
                </Route>
                <Route path="/calls/:id" component={CallPage} />
                <Route path="/articles/:id" component={ArticlePage} />
                <Route path="/batches/:id" component={BatchPage} />
                {mine.map(({ path: at, component }) => (
                  <Route key={at} path={at} component={component} />
                ))}
                <Route>
                  <h1>Page not found</h1>
                  <p className="quiet">
                    <Link href="/">Go to the first page</Link> or choose one from the menu. Pages that your role may not open are
                    not listed.
                  </p>
                </Route>
              </Switch>
            </Suspense>
          </ErrorBoundary>
        </main>
      </div>
    </div>
  );
}

function Side() {
  const [path] = useLocation();
  const { may, me, settings, tenant, listed, chooseTenant } = useWho();
  const mine = pages.filter(({ needs }) => may(needs));
  const groups = [...new Set(mine.map(({ group }) => group))];
  return (
    <aside className="side" aria-label="Console">
      <Link href="/" className="brand">
        <Mark />
        Voicebot
      </Link>
      <nav aria-label="Pages">
        {groups.map((group) => (
          <div key={group}>
            <h2>{group}</h2>
            {mine
              .filter((page) => page.group === group)
              .map(({ path: at, title, icon: Icon }) => (
                <Link key={at} href={at} aria-current={path === at || path.startsWith(`${at}/`) ? 'page' : undefined}>
                  <Icon aria-hidden />
                  {title}
                </Link>
              ))}
          </div>
        ))}
      </nav>
      <div className="foot">
        {me.tenant === null && may('admin') ? (
          <TenantChoice tenant={listed ?? ''} choose={chooseTenant} />
        ) : (
          <span className="small quiet">Tenant {tenant}</span>
        )}
        <div className="who">
          <span className="small">
            {settings.needsLogin ? words(me.role) : 'This machine'}
            <br />
            <span className="quiet mono">{me.id}</span>
          </span>
          <span className="row">
            <ThemeSwitch />
            {settings.needsLogin && (
              <Button look="ghost" icon small aria-label="Log out" title="Log out" onClick={() => keepCredential(undefined)}>
                <LogOut aria-hidden />
              </Button>
            )}
          </span>
        </div>
      </div>
    </aside>
  );
}

const words = (role: string) => role.charAt(0).toUpperCase() + role.slice(1);

function TenantChoice({ tenant, choose }: { tenant: string; choose: (tenant: string) => void }) {
  const { data } = useQuery({
    queryKey: ['tenant-names'],
    queryFn: async () => keepTenantNames((await take(api.GET('/tenants'))).tenants.map(({ id }) => id)),
    // Each look is kept in the audit log: one is enough for a while.
    initialData: keptTenantNames(),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const names = [...new Set(['default', ...(tenant ? [tenant] : []), ...(data ?? [])])];
  if (names.length < 2) return null;
  return (
    <div className="stack">
      <select aria-label="Tenant" value={tenant} onChange={({ target }) => choose(target.value)}>
        <option value="">All tenants</option>
        {names.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      {tenant === '' && <span className="small quiet">Content and new calls: default</span>}
    </div>
  );
}

const themeIcons = { system: Monitor, light: Sun, dark: Moon } as const;

function ThemeSwitch() {
  const [theme, setTheme] = useState<Theme>(keptTheme());
  const next = themes[(themes.indexOf(theme) + 1) % themes.length] as Theme;
  const Icon = themeIcons[theme];
  return (
    <Button
      look="ghost"
      icon
      small
      aria-label={`Colours: ${theme}. Change to ${next}`}
      title={`Colours: ${theme}`}
      onClick={() => {
        applyTheme(next);
        setTheme(next);
      }}
    >
      <Icon aria-hidden />
    </Button>
  );
}

/** Says when the service is away or not whole, on every page. */
function Availability() {
  const { data, error } = useQuery({
    queryKey: ['ready'],
    queryFn: async () =>
      (await (await fetch('/ready', { credentials: 'omit' })).json()) as {
        status: string;
        database?: { ok: boolean };
        temporal?: { ok: boolean };
      },
    refetchInterval: (query) => (query.state.data?.status === 'ok' && !query.state.error ? 30_000 : 2_000),
    retry: false,
  });
  const lacking = error
    ? 'The service does not answer. This page reconnects when it is back.'
    : data?.status === 'starting'
      ? 'The service is starting. It will take calls in a moment.'
      : data?.status === 'stopping'
        ? 'The service is stopping. Calls go on once it is back.'
        : data?.database?.ok === false
          ? 'The database does not answer. Calls continue, but lists cannot be shown.'
          : data?.temporal?.ok === false
            ? 'Temporal does not answer. Calls wait until it is back.'
            : data?.status === 'degraded'
              ? 'A queue has no worker. See Workers and engines.'
              : undefined;
  return lacking ? (
    <p className="offline" role="status">
      {lacking}
    </p>
  ) : null;
}
