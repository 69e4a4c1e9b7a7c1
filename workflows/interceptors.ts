import { defaultPayloadConverter } from '@temporalio/common';
import type { WorkflowInterceptors } from '@temporalio/workflow';
import { workflowInfo } from '@temporalio/workflow';
import { allTenants, defaultTenant } from '../domain/tenant.ts';
import { applyRetentionWorkflow, tenantHeader } from './definitions.ts';

/** What a workflow is given names its tenant in one of these places. */
interface Named {
  readonly tenant?: unknown;
  readonly settings?: { readonly scope?: { readonly tenant?: unknown } };
  readonly request?: { readonly tenant?: unknown };
}

function tenantIn(input: Named | undefined): string {
  if (workflowInfo().workflowType === applyRetentionWorkflow) return allTenants;
  const named = input?.tenant ?? input?.settings?.scope?.tenant ?? input?.request?.tenant;
  return typeof named === 'string' && named !== '' ? named : defaultTenant;
}

/** Every step is told whose it is, so that it reads and writes for that tenant alone. */
export const interceptors = (): WorkflowInterceptors => {
  let header = defaultPayloadConverter.toPayload(defaultTenant);
  return {
    inbound: [
      {
        execute: (input, next) => {
          header = defaultPayloadConverter.toPayload(tenantIn(input.args[0] as Named | undefined));
          return next(input);
        },
      },
    ],
    outbound: [
      {
        scheduleActivity: (input, next) => next({ ...input, headers: { ...input.headers, [tenantHeader]: header } }),
      },
    ],
  };
};
