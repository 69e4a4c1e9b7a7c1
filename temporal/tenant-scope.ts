import { defaultPayloadConverter } from '@temporalio/common';
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';
import { inTenant } from '../db/scope.ts';
import { tenantHeader } from '../workflows/definitions.ts';

/** Runs every step for the tenant that its workflow names; one that names none asks the database in vain. */
export class TenantScope implements ActivityInboundCallsInterceptor {
  async execute(input: ActivityExecuteInput, next: Next<ActivityInboundCallsInterceptor, 'execute'>): Promise<unknown> {
    const named = input.headers[tenantHeader];
    return named === undefined ? next(input) : inTenant(defaultPayloadConverter.fromPayload<string>(named), () => next(input));
  }
}
