import { workflowIdOf } from '../domain/session-id.ts';
import { spanContextOf } from '../telemetry/call-trace.ts';
import type { call } from '../workflows/call.ts';
import {
  type CallSettings,
  callStatusAttribute,
  taskQueues,
  tenantAttribute,
  tenantOfCall,
  turnsAttribute,
} from '../workflows/definitions.ts';

/** Where people look further into a call. */
export interface CallLinks {
  /** Of this API, as browsers reach it. */
  readonly apiUrl: string;
  /** Shows a trace, whose id stands for `{traceId}`; unset where none is kept. */
  readonly traceUrl?: string | undefined;
}

/** What stands beside a call in the Temporal UI. Markdown. */
function linksOf(sessionId: string, workflowId: string, { apiUrl, traceUrl }: CallLinks): string {
  const session = `${apiUrl}/sessions/${sessionId}`;
  const { traceId } = spanContextOf(workflowId);
  return [
    `[Console](${apiUrl}/console/calls/${sessionId})`,
    `[session](${session})`,
    `[turns](${session}/turns)`,
    `recordings: \`${session}/turns/N/audio\``,
    traceUrl ? `[trace](${traceUrl.replace('{traceId}', traceId)})` : `trace: \`${traceId}\``,
  ].join(' · ');
}

/** How the workflow of a call is started, by whoever comes first. */
export function callStart(sessionId: string, settings: CallSettings, links?: CallLinks) {
  const tenant = tenantOfCall(settings);
  const workflowId = workflowIdOf(sessionId, tenant);
  return {
    workflowId,
    taskQueue: taskQueues.calls,
    args: [{ sessionId, settings }] as Parameters<typeof call>,
    // A worker that died with a step of the workflow in its hands is not waited for any longer. A replay takes a quarter of a second of a core,
    // and where a process has just taken over many calls on a busy machine, several times that: too late, it is to be done again.
    workflowTaskTimeout: '5s',
    // An id is one call for ever; update-with-start joins it while it runs.
    workflowIdReusePolicy: 'REJECT_DUPLICATE' as const,
    staticSummary: `Call ${sessionId}`,
    ...(links ? { staticDetails: linksOf(sessionId, workflowId, links) } : {}),
    typedSearchAttributes: [
      { key: callStatusAttribute, value: 'active' },
      { key: turnsAttribute, value: 0 },
      { key: tenantAttribute, value: tenant },
    ],
    // Where many wait, every tenant's calls get their share; steps inherit it.
    priority: { fairnessKey: tenant },
  };
}
