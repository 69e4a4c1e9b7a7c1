import { messageOf, VoicebotError } from '../domain/errors.ts';

/** What queries for one tenant are run by: of its tables, row-level security shows it that tenant's rows. */
export const tenantRole = 'voicebot_tenant';
/** What queries are run by that belong to no tenant. */
export const allTenantsRole = 'voicebot_all';

const roles = [tenantRole, allTenantsRole];
const schemas = ['public', 'demo_bank'];

interface Queries {
  query(text: string): Promise<{ readonly rows: readonly unknown[] }>;
}

/**
 * Makes the roles where they are missing, and lets the login act as them.
 * @throws VoicebotError `invalid-config` where the login may not, and says what an administrator has to do.
 */
export async function prepareRoles(client: Queries): Promise<void> {
  for (const role of roles) {
    const { rows } = await client
      .query(
        `select exists (select from pg_roles where rolname = '${role}') and pg_has_role(current_user, '${role}', 'member') as ready`,
      )
      .catch(() => ({ rows: [] }));
    if ((rows[0] as { ready?: boolean } | undefined)?.ready) continue;
    try {
      // Roles belong to the server: another database, or process, may have made it.
      await client.query(`do $$ begin create role ${role} nologin; exception when duplicate_object then null; end $$`);
      await client.query(`grant ${role} to current_user`);
    } catch (cause) {
      throw new VoicebotError('invalid-config', `The database's login may not make the role ${role}: ${messageOf(cause)}`, {
        hint: `An administrator of the server does it once: ${roles.map((one) => `create role ${one} nologin; grant ${one} to <login>;`).join(' ')}`,
        cause,
      });
    }
  }
}

/** Lets the roles read and write rows, and nothing else. Those of the audit log they may only add to. */
export async function grantTables(client: Queries): Promise<void> {
  const to = roles.join(', ');
  for (const schema of schemas) {
    await client.query(`grant usage on schema ${schema} to ${to}`);
    await client.query(`grant select, insert, update, delete on all tables in schema ${schema} to ${to}`);
    await client.query(`grant usage on all sequences in schema ${schema} to ${to}`);
  }
  await client.query(`revoke update, delete on audit_log from ${to}`);
}
