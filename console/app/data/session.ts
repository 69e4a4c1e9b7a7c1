import type { components } from '../../../client/api-types.ts';

export type Me = components['schemas']['Me'];
export type Permission = Me['permissions'][number];

export interface ConsoleSettings {
  readonly oidc: { readonly issuer: string; readonly clientId: string; readonly scope: string } | null;
  readonly needsLogin: boolean;
  readonly temporalCallUrl: string | null;
  readonly version: string;
}

/** For as long as the tab is open: a key that outlives it would be there for whoever opens the next one. */
const place = 'voicebot.credential';
let credential: string | undefined = sessionStorage.getItem(place) ?? undefined;
const listeners = new Set<() => void>();

/** What requests say who they are from; undefined where nobody has logged in. */
export const currentCredential = (): string | undefined => credential;

export function keepCredential(value: string | undefined): void {
  credential = value;
  if (value === undefined) sessionStorage.removeItem(place);
  else sessionStorage.setItem(place, value);
  for (const listener of listeners) listener();
}

export function onCredential(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Whose data is looked at, by who may ask for all. */
const tenantPlace = 'voicebot.tenant';
export const keptTenant = (): string | undefined => sessionStorage.getItem(tenantPlace) ?? undefined;
export const keepTenant = (tenant: string): void => sessionStorage.setItem(tenantPlace, tenant);

const namesPlace = 'voicebot.tenants';
export const keptTenantNames = (): string[] | undefined => JSON.parse(sessionStorage.getItem(namesPlace) ?? 'null') ?? undefined;
export function keepTenantNames(names: string[]): string[] {
  sessionStorage.setItem(namesPlace, JSON.stringify(names));
  return names;
}
