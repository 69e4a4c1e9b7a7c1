import { AddressList } from '../api/access/client-address.ts';
import { Access } from '../api/access/guard.ts';
import { Limits } from '../api/access/limits.ts';
import { RuleTable, rules } from '../api/access/rules.ts';
import { type AppDependencies, createApp } from '../api/app.ts';
import { MediaHub } from '../media/hub.ts';

/** The OpenAPI document of the API, of no version. */
export async function apiDocument(): Promise<object> {
  // Routes are described without being served: nothing behind them is needed.
  const nobody = new AddressList('');
  const table = new RuleTable(rules);
  const access = new Access({
    rules: table,
    authenticator: undefined,
    limits: new Limits(undefined, undefined),
    audit: { record: async () => {} },
    tenantOfSession: async () => undefined,
    origins: [],
    trustedProxies: nobody,
    asterisk: nobody,
  });
  const edge = { corsOrigins: [], tls: false };
  const parts = {
    hub: new MediaHub('http://localhost'),
    health: { version: '' },
    telephony: {},
    temporalUiOrigins: [],
    access,
    rules: table,
    edge,
  };
  const app = createApp(parts as unknown as AppDependencies);
  return (await (await app.request('/openapi.json')).json()) as object;
}
