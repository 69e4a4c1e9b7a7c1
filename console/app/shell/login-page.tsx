import { type FormEvent, useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { problemFrom } from '../data/api.ts';
import { beginLogin, finishLogin } from '../data/login.ts';
import { type ConsoleSettings, keepCredential } from '../data/session.ts';
import { Button, Field, Loading, Trouble } from '../ui/parts.tsx';
import { Mark } from './mark.tsx';

/** Asks who is there: a key, or the bank's identity provider. */
export function LoginPage({ settings: { oidc, version } }: { settings: ConsoleSettings }) {
  const [path, go] = useLocation();
  const [key, setKey] = useState('');
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const returning = oidc !== null && path === '/login' && /[?&](?:code|error)=/.test(location.search);

  useEffect(() => {
    if (!returning || !oidc) return;
    let gone = false;
    finishLogin(oidc).then(
      ({ token, back }) => {
        if (gone) return;
        go(back.replace(/^\/console/, '') || '/', { replace: true });
        keepCredential(token);
      },
      (failed) => {
        if (gone) return;
        setError(failed);
        go('/', { replace: true });
      },
    );
    return () => {
      gone = true;
    };
  }, [returning, oidc, go]);

  const byKey = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      const response = await fetch('/me', { headers: { Authorization: `Bearer ${key.trim()}` }, credentials: 'omit' });
      if (!response.ok) throw await problemFrom(response);
      keepCredential(key.trim());
    } catch (failed) {
      setError(failed);
      setBusy(false);
    }
  };

  return (
    <main className="login">
      <div className="card login-card">
        <div className="brand">
          <Mark />
          Voicebot
        </div>
        <h1>Log in</h1>
        {returning ? (
          <Loading label="Logging in" />
        ) : (
          <>
            {oidc && (
              <Button look="primary" onClick={() => beginLogin(oidc).catch(setError)}>
                Continue with {new URL(oidc.issuer).host}
              </Button>
            )}
            <form className="stack" onSubmit={byKey}>
              <Field label={oidc ? 'Or with a key' : 'Key'} hint="An administrator creates keys with voicebot keys create.">
                {(id) => (
                  <input
                    id={id}
                    type="password"
                    autoComplete="off"
                    spellCheck={false}
                    value={key}
                    onChange={({ target }) => setKey(target.value)}
                    required
                  />
                )}
              </Field>
              <Button type="submit" look={oidc ? 'plain' : 'primary'} disabled={busy || key.trim() === ''}>
                Log in
              </Button>
            </form>
          </>
        )}
        <Trouble error={error} />
        <p className="small quiet">The key is stored until you close this tab. Version {version}.</p>
      </div>
    </main>
  );
}
