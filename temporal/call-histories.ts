import type { Client } from '@temporalio/client';
import { workflowIdOf } from '../domain/session-id.ts';

/** gRPC code of what is not there. */
const notFound = 5;

/**
 * Deletes the executions of a call, and of retries of its turns, with their histories. Temporal removes them within a minute or so.
 * @param client anything with Temporal's workflow service. @returns how many.
 */
export async function deleteHistories(
  { workflowService }: Pick<Client, 'workflowService'>,
  namespace: string,
  { id: sessionId, tenant }: { readonly id: string; readonly tenant: string },
): Promise<number> {
  const id = workflowIdOf(sessionId, tenant);
  // Ids of sessions and names of tenants hold letters, digits, '.', '_' and '-' alone.
  const query = `WorkflowId = '${id}' OR WorkflowId STARTS_WITH 'retry-${id}-'`;
  let deleted = 0;
  let nextPageToken: Uint8Array | undefined;
  do {
    const page = await workflowService.listWorkflowExecutions({ namespace, query, ...(nextPageToken && { nextPageToken }) });
    for (const { execution } of page.executions ?? []) {
      if (!execution) continue;
      await workflowService.deleteWorkflowExecution({ namespace, workflowExecution: execution }).catch((error) => {
        if (error.code !== notFound) throw error;
      });
      deleted++;
    }
    nextPageToken = page.nextPageToken?.length ? page.nextPageToken : undefined;
  } while (nextPageToken);
  return deleted;
}
