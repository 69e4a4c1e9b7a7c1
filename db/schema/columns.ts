import { sql } from 'drizzle-orm';
import { pgPolicy, timestamp } from 'drizzle-orm/pg-core';
import { defaultTenant } from '../../domain/tenant.ts';
import { allTenantsRole, tenantRole } from '../roles.ts';

/** To the millisecond, as programs and cursors of lists carry it. */
export const at = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

/** For whom a transaction asks (`db/scope.ts`). */
const asked = sql`current_setting('voicebot.tenant', true)`;

/** Whoever asks for all tenants is a role of its own: planners need not guess which of two conditions counts. */
const forAll = () => pgPolicy('every_tenant', { for: 'all', to: allTenantsRole, using: sql`true`, withCheck: sql`true` });

/** Rows of the tenant that is asked for, and no others, are there: to read, and to write. */
export function ofTenant(column = 'tenant') {
  const own = sql`${sql.identifier(column)} = ${asked}`;
  return [pgPolicy('own_tenant', { for: 'all', to: tenantRole, using: own, withCheck: own }), forAll()];
}

/** As `ofTenant`; rows of nobody are everybody's to read. */
export function ofTenantOrShared() {
  const own = sql`tenant = ${asked}`;
  return [pgPolicy('own_tenant', { for: 'all', to: tenantRole, using: sql`tenant is null or ${own}`, withCheck: own }), forAll()];
}

/** The tenant that is asked for; none where all are. */
export const askedTenantOrNone = sql`nullif(current_setting('voicebot.tenant'), '*')`;

/** Whom a row is written for, where nothing else says so. */
export const askedTenant = sql`coalesce(${askedTenantOrNone}, ${sql.raw(`'${defaultTenant}'`)})`;
