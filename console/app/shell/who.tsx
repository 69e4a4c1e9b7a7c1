import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import { api, send, take } from '../data/api.ts';
import {
  type ConsoleSettings,
  currentCredential,
  keepTenant,
  keptTenant,
  type Me,
  onCredential,
  type Permission,
} from '../data/session.ts';
import { Loading, Trouble } from '../ui/parts.tsx';
import { LoginPage } from './login-page.tsx';

export interface Who {
  readonly me: Me;
  readonly settings: ConsoleSettings;
  /** Whose content is looked at and changed. */
  readonly tenant: string;
  /** Whose calls are looked at; undefined: all. */
  readonly listed: string | undefined;
  /** @param tenant empty: all. */
  readonly chooseTenant: (tenant: string) => void;
  readonly may: (permission: Permission) => boolean;
}

const Context = createContext<Who | undefined>(undefined);

export function useWho(): Who {
  const who = useContext(Context);
  if (!who) throw new Error('Nobody is there.');
  return who;
}

/** Knows who is there, or asks. */
export function WithWho({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const credential = useSyncExternalStore(onCredential, currentCredential);
  const settings = useQuery({
    queryKey: ['settings'],
    queryFn: async () => (await (await send('/console/settings')).json()) as ConsoleSettings,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const loggedIn = settings.data && (!settings.data.needsLogin || credential !== undefined);
  const me = useQuery({ queryKey: ['me', credential], queryFn: () => take(api.GET('/me')), enabled: Boolean(loggedIn) });
  const [tenant, setTenant] = useState(keptTenant() ?? '');
  // What one person has seen is nothing for the next.
  useEffect(() => {
    if (credential === undefined) queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'settings' });
  }, [credential, queries]);

  if (settings.error && !settings.data)
    return (
      <Alone>
        <Trouble error={settings.error} retry={() => void settings.refetch()} />
      </Alone>
    );
  if (!settings.data)
    return (
      <Alone>
        <Loading />
      </Alone>
    );
  if (!loggedIn) return <LoginPage settings={settings.data} />;
  if (me.error && !me.data)
    return (
      <Alone>
        <Trouble error={me.error} retry={() => void me.refetch()} />
      </Alone>
    );
  if (!me.data)
    return (
      <Alone>
        <Loading />
      </Alone>
    );
  const who: Who = {
    me: me.data,
    settings: settings.data,
    tenant: me.data.tenant ?? (tenant || 'default'),
    listed: me.data.tenant ?? (tenant || undefined),
    chooseTenant: (chosen) => {
      keepTenant(chosen);
      setTenant(chosen);
    },
    may: (permission) => me.data.permissions.includes(permission),
  };
  return <Context value={who}>{children}</Context>;
}

const Alone = ({ children }: { children: ReactNode }) => <main className="alone">{children}</main>;
