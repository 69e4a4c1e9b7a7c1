import { AsyncLocalStorage } from 'node:async_hooks';
import { allTenants, defaultTenant, tenantPattern } from '../domain/tenant.ts';

const scope = new AsyncLocalStorage<string>();

/**
 * Whatever is asked of the database meanwhile is asked for this tenant alone; row-level security sees to it.
 * @param tenant or `allTenants`.
 */
export function inTenant<T>(tenant: string, work: () => T): T {
  return scope.run(named(tenant), work);
}

/** The tenant that is asked for. @throws where it is none: such a query would find nothing, and nobody would know why. */
export function scopeOfQuery(): string {
  const tenant = scope.getStore();
  if (tenant === undefined) throw new Error('This query is asked for no tenant: see inTenant in db/scope.ts.');
  return tenant;
}

/** The tenant that something is stored for. */
export function tenantOfScope(): string {
  const tenant = scope.getStore();
  return tenant === undefined || tenant === allTenants ? defaultTenant : tenant;
}

/** The same, read for whom it was asked for, by whoever reads it later: a body that is sent while it is made. */
export function keptInScope<T>(source: AsyncIterable<T>): AsyncIterable<T> {
  const asBefore = AsyncLocalStorage.snapshot();
  return {
    [Symbol.asyncIterator]: () => {
      const iterator = asBefore(() => source[Symbol.asyncIterator]());
      return {
        next: () => asBefore(() => iterator.next()),
        return: async () => (await asBefore(() => iterator.return?.())) ?? { done: true, value: undefined },
      };
    },
  };
}

/** @throws TypeError for what names no tenant. */
function named(tenant: string): string {
  if (tenant === allTenants || tenantPattern.test(tenant)) return tenant;
  throw new TypeError('No tenant is named so.');
}
