import { workflowIdOf } from '../domain/session-id.ts';
import type { call } from '../workflows/call.ts';
import {
  type CallSettings,
  callStatusAttribute,
  taskQueues,
  tenantAttribute,
  tenantOfCall,
  turnsAttribute,
} from '../workflows/definitions.ts';

/** How the workflow of a call is started, by whoever comes first. */
export function callStart(sessionId: string, settings: CallSettings) {
  const tenant = tenantOfCall(settings);
  return {
    workflowId: workflowIdOf(sessionId, tenant),
    taskQueue: taskQueues.calls,
    args: [{ sessionId, settings }] as Parameters<typeof call>,
    // A worker that died with a step of the workflow in its hands is not waited for any longer; replays take far less.
    workflowTaskTimeout: '3s',
    // An id is one call for ever; update-with-start joins it while it runs.
    workflowIdReusePolicy: 'REJECT_DUPLICATE' as const,
    staticSummary: `Call ${sessionId}`,
    typedSearchAttributes: [
      { key: callStatusAttribute, value: 'active' },
      { key: turnsAttribute, value: 0 },
      { key: tenantAttribute, value: tenant },
    ],
    // Where many wait, every tenant's calls get their share; steps inherit it.
    priority: { fairnessKey: tenant },
  };
}
