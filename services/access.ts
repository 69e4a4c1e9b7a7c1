import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { AuditTrail } from '../api/access/audit-trail.ts';
import { Authenticator } from '../api/access/authenticator.ts';
import { AddressList } from '../api/access/client-address.ts';
import { Access } from '../api/access/guard.ts';
import { JwtReader } from '../api/access/jwt.ts';
import { Limits } from '../api/access/limits.ts';
import type { RuleTable } from '../api/access/rules.ts';
import type { EdgeOptions } from '../api/edge.ts';
import { listed, needsAuthentication, temporalUiOrigins } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { addApiKey, countApiKeys, makeKey } from '../db/api-keys.ts';
import type { Database, OpenDatabase } from '../db/open.ts';
import { findSession } from '../db/sessions.ts';
import { VoicebotError } from '../domain/errors.ts';
import type { Logger } from '../telemetry/logger.ts';

export interface AccessParts {
  /** What each route needs. */
  readonly rules: RuleTable;
  /** Where keys are, and what is counted for all processes together; without one, the keys of the configuration count, and this process alone. */
  readonly database: OpenDatabase | undefined;
  readonly audit: Pick<AuditTrail, 'record'>;
}

/** Who may ask a service, as the configuration has it. */
export function openAccess(config: Config, { rules, database, audit }: AccessParts): Access {
  const authenticated = needsAuthentication(config);
  const db = database?.acrossTenants;
  const { AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience } = config;
  const jwt =
    issuer && audience
      ? new JwtReader({ issuer, audience, roleClaim: config.AUTH_ROLE_CLAIM, tenantClaim: config.AUTH_TENANT_CLAIM })
      : undefined;
  const rates = {
    requests: config.RATE_REQUESTS,
    kilobytes: config.RATE_KILOBYTES,
    connections: config.RATE_CONNECTIONS,
    sessions: config.RATE_SESSIONS,
    turns: config.RATE_TURNS,
    wrongTries: config.RATE_WRONG_TRIES,
  };
  return new Access({
    rules,
    authenticator: authenticated
      ? new Authenticator({ db, jwt, adminKey: config.ADMIN_KEY, metricsKey: config.METRICS_KEY })
      : undefined,
    audit,
    tenantOfSession: async (id) => (db ? (await findSession(db, id))?.tenant : undefined),
    limits: new Limits(authenticated ? rates : undefined, database?.pool && { pool: database.pool, table: 'rate_limits' }),
    origins: [...listed(config.CORS_ORIGINS), ...temporalUiOrigins(config)],
    trustedProxies: new AddressList(config.TRUSTED_PROXIES),
    asterisk: new AddressList(config.AUDIOSOCKET_ALLOW),
  });
}

/** Where nobody could get in, an administrator's key is made and left in a file that its owner alone may read. */
export async function makeFirstKey(config: Config, db: Database, logger: Logger): Promise<void> {
  if (!needsAuthentication(config) || config.ADMIN_KEY || config.AUTH_ISSUER || (await countApiKeys(db)) > 0) return;
  const { id, secret } = makeKey();
  const folder = resolve(config.DATA_DIR);
  const file = join(folder, 'admin.key');
  await mkdir(folder, { recursive: true });
  const about = { tenant: undefined, name: 'first administrator', role: 'admin', permissions: [] } as const;
  await addApiKey(db, { id, secret, ...about, createdBy: 'start', expiresAt: undefined });
  await writeFile(file, `${secret}\n`, { mode: 0o600 });
  logger.warn({ file }, "the first administrator's key is in this file: make others by it (voicebot keys create), and revoke it");
}

/** What holds for every answer. */
export const edgeOf = (config: Config): EdgeOptions => ({
  corsOrigins: listed(config.CORS_ORIGINS),
  tls: Boolean(config.TLS_CERT_FILE) || (config.PUBLIC_URL ?? '').startsWith('https:'),
});

/** The certificate of the API; undefined where a proxy speaks TLS, or nobody does. @throws VoicebotError `invalid-config`. */
export async function certificateOf({ TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile }: Config) {
  if (!certFile || !keyFile) return undefined;
  const read = (name: string, file: string) =>
    readFile(file).catch((cause) => {
      throw new VoicebotError('invalid-config', `${name}: ${file} cannot be read (${cause.code}).`, { cause });
    });
  return { cert: await read('TLS_CERT_FILE', certFile), key: await read('TLS_KEY_FILE', keyFile) };
}
