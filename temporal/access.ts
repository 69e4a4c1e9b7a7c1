import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { AuditTrail } from '../api/access/audit-trail.ts';
import { Authenticator } from '../api/access/authenticator.ts';
import { AddressList } from '../api/access/client-address.ts';
import { Access } from '../api/access/guard.ts';
import { JwtReader } from '../api/access/jwt.ts';
import { Limits } from '../api/access/limits.ts';
import { listed, needsAuthentication, temporalUiOrigins } from '../config/load.ts';
import type { Logger } from '../config/logger.ts';
import type { Config } from '../config/schema.ts';
import { addApiKey, countApiKeys, makeKey } from '../db/api-keys.ts';
import type { Database, OpenDatabase } from '../db/open.ts';
import { findSession } from '../db/sessions.ts';
import { VoicebotError } from '../domain/errors.ts';

/** Who may use the API, as the configuration has it. */
export async function openAccess(
  config: Config,
  { acrossTenants: db, pool }: OpenDatabase,
  { logger, audit }: { readonly logger: Logger; readonly audit: AuditTrail },
): Promise<Access> {
  const authenticated = needsAuthentication(config);
  if (authenticated) await makeFirstKey(config, db, logger);
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
    authenticator: authenticated ? new Authenticator({ db, jwt, adminKey: config.ADMIN_KEY }) : undefined,
    audit,
    tenantOfSession: async (id) => (await findSession(db, id))?.tenant,
    limits: new Limits(authenticated ? rates : undefined, pool && { pool, table: 'rate_limits' }),
    origins: [...listed(config.CORS_ORIGINS), ...temporalUiOrigins(config)],
    trustedProxies: new AddressList(config.TRUSTED_PROXIES),
    asterisk: new AddressList(config.AUDIOSOCKET_ALLOW),
  });
}

/** Where nobody could get in, an administrator's key is made and left in a file that its owner alone may read. */
async function makeFirstKey(config: Config, db: Database, logger: Logger): Promise<void> {
  if (config.ADMIN_KEY || config.AUTH_ISSUER || (await countApiKeys(db)) > 0) return;
  const { id, secret } = makeKey();
  const folder = resolve(config.DATA_DIR);
  const file = join(folder, 'admin.key');
  await mkdir(folder, { recursive: true });
  const about = { tenant: undefined, name: 'first administrator', role: 'admin', permissions: [] } as const;
  await addApiKey(db, { id, secret, ...about, createdBy: 'start', expiresAt: undefined });
  await writeFile(file, `${secret}\n`, { mode: 0o600 });
  logger.warn({ file }, "the first administrator's key is in this file: make others by it (voicebot keys create), and revoke it");
}

/** The certificate of the API; undefined where a proxy speaks TLS, or nobody does. @throws VoicebotError `invalid-config`. */
export async function certificateOf({ TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile }: Config) {
  if (!certFile || !keyFile) return undefined;
  const read = (name: string, file: string) =>
    readFile(file).catch((cause) => {
      throw new VoicebotError('invalid-config', `${name}: ${file} cannot be read (${cause.code}).`, { cause });
    });
  return { cert: await read('TLS_CERT_FILE', certFile), key: await read('TLS_KEY_FILE', keyFile) };
}
