import type { ConsoleSettings } from './session.ts';

/** Log-in at the bank's identity provider: authorization code with PKCE (RFC 7636), by a library that is loaded for it alone. */
type Oidc = NonNullable<ConsoleSettings['oidc']>;

const place = 'voicebot.login';
const redirectUri = () => `${location.origin}/console/login`;

async function provider({ issuer, clientId }: Oidc) {
  const oauth = await import('oauth4webapi');
  const url = new URL(issuer);
  // A provider on this machine speaks no TLS.
  const insecure = url.protocol === 'http:' ? { [oauth.allowInsecureRequests]: true } : {};
  const server = await oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, { algorithm: 'oidc', ...insecure }));
  return { oauth, server, client: { client_id: clientId }, insecure };
}

/** Goes to the provider's page, and comes back to where it was. */
export async function beginLogin(oidc: Oidc): Promise<void> {
  const { oauth, server } = await provider(oidc);
  const [verifier, state, nonce] = [oauth.generateRandomCodeVerifier(), oauth.generateRandomState(), oauth.generateRandomNonce()];
  sessionStorage.setItem(place, JSON.stringify({ verifier, state, nonce, back: location.pathname + location.search }));
  const url = new URL(server.authorization_endpoint ?? '');
  const parameters = {
    client_id: oidc.clientId,
    redirect_uri: redirectUri(),
    response_type: 'code',
    scope: oidc.scope,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  location.assign(url);
}

/** @returns the token, and where the person was. @throws Error that says why there is none. */
export async function finishLogin(oidc: Oidc): Promise<{ readonly token: string; readonly back: string }> {
  const kept = JSON.parse(sessionStorage.getItem(place) ?? 'null') as Record<
    'verifier' | 'state' | 'nonce' | 'back',
    string
  > | null;
  sessionStorage.removeItem(place);
  if (!kept) throw new Error('This log-in has expired or was started in another tab. Log in again.');
  const { oauth, server, client, insecure } = await provider(oidc);
  const parameters = oauth.validateAuthResponse(server, client, new URL(location.href), kept.state);
  const response = await oauth.authorizationCodeGrantRequest(
    ...([server, client, oauth.None(), parameters, redirectUri(), kept.verifier] as const),
    insecure,
  );
  const { access_token: access, id_token: id } = await oauth.processAuthorizationCodeResponse(server, client, response, {
    expectedNonce: kept.nonce,
    requireIdToken: true,
  });
  // Access tokens that only their provider can read say nothing here.
  const token = access.split('.').length === 3 ? access : id;
  if (!token) throw new Error('The identity provider returned no usable token.');
  return { token, back: kept.back.startsWith('/console') ? kept.back : '/console' };
}
