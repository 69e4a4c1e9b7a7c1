import { defaultPayloadConverter, type Headers } from '@temporalio/common';
import { AsyncLocalStorage, type WorkflowInterceptors, workflowInfo } from '@temporalio/workflow';
import { allTenants, defaultTenant } from '../domain/tenant.ts';
import { applyRetentionWorkflow, tenantHeader, traceHeader, turnHeader } from './definitions.ts';

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

/** What is done in the course of an update belongs to its turn, and to the span that asked for it. */
const ofUpdate = new AsyncLocalStorage<Headers>();

function headersOf(update: Headers, request: { readonly turn?: unknown } | undefined): Headers {
  const { [traceHeader]: trace } = update;
  const turn = typeof request?.turn === 'number' ? defaultPayloadConverter.toPayload(request.turn) : undefined;
  return { ...(trace && { [traceHeader]: trace }), ...(turn && { [turnHeader]: turn }) };
}

/** Every step is told whose it is, so that it reads and writes for that tenant alone, and what it belongs to. */
export const interceptors = (): WorkflowInterceptors => {
  let header = defaultPayloadConverter.toPayload(defaultTenant);
  return {
    inbound: [
      {
        execute: (input, next) => {
          header = defaultPayloadConverter.toPayload(tenantIn(input.args[0] as Named | undefined));
          return next(input);
        },
        handleUpdate: (input, next) =>
          ofUpdate.run(headersOf(input.headers, input.args[0] as { readonly turn?: unknown } | undefined), () => next(input)),
      },
    ],
    outbound: [
      {
        scheduleActivity: (input, next) =>
          next({ ...input, headers: { ...input.headers, ...ofUpdate.getStore(), [tenantHeader]: header } }),
        scheduleLocalActivity: (input, next) =>
          next({ ...input, headers: { ...input.headers, ...ofUpdate.getStore(), [tenantHeader]: header } }),
      },
    ],
  };
};
