import { defaultPayloadConverter } from '@temporalio/common';
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';
import { inTenant } from '../db/scope.ts';
import { tenantHeader } from '../workflows/definitions.ts';

/** Runs every step for the tenant that its workflow names. */
export class TenantScope implements ActivityInboundCallsInterceptor {
  readonly #ofEarlier: string;

  /** @param ofEarlier whose steps of workers of 0.4 are, which name nobody: all of an installation's were one tenant's. */
  constructor(ofEarlier: string) {
    this.#ofEarlier = ofEarlier;
  }

  async execute(input: ActivityExecuteInput, next: Next<ActivityInboundCallsInterceptor, 'execute'>): Promise<unknown> {
    const named = input.headers[tenantHeader];
    const tenant = named === undefined ? this.#ofEarlier : defaultPayloadConverter.fromPayload<string>(named);
    return inTenant(tenant, () => next(input));
  }
}
