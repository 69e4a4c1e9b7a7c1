import { Context } from '@temporalio/activity';
import type { StepTiming } from '../domain/call.ts';
import type { Line } from '../domain/line.ts';
import type { ConversationSummary } from '../domain/summary.ts';
import { runActivity } from './run-activity.ts';

export interface TransferInput {
  readonly line: Line;
  readonly summary: ConversationSummary;
  /** The same for the same wish, however often it is tried. Unset by calls that began under 0.2. */
  readonly key?: string | undefined;
}

/** What hands a caller over to a person. One for each kind of line; a bank may write its own. */
export interface TransferHook {
  /**
   * Must be safe to run twice with the same key.
   * @throws VoicebotError `unsupported` where nobody is set up to take calls.
   */
  transfer(input: TransferInput, options: { readonly idempotencyKey: string; readonly signal: AbortSignal }): Promise<void>;
}

export interface TelephonyActivities {
  transfer(input: TransferInput): Promise<{ readonly timing: StepTiming }>;
}

export function createTelephonyActivities(hook: TransferHook): TelephonyActivities {
  return {
    transfer: (input) =>
      runActivity(async (signal) => {
        const { workflowExecution, activityId } = Context.current().info;
        await hook.transfer(input, { idempotencyKey: input.key ?? `${workflowExecution?.runId}-${activityId}`, signal });
        return {};
      }),
  };
}
