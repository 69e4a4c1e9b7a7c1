import type { WorkflowClientInterceptor } from '@temporalio/client';
import { defaultPayloadConverter, type Headers } from '@temporalio/common';
import { traceparent } from '../telemetry/tracing.ts';
import { traceHeader } from '../workflows/definitions.ts';

/** The span under way, as it is sent along; nothing where it is not kept. */
function traced(headers: Headers): Headers {
  const carrier = traceparent();
  return carrier.traceparent ? { ...headers, [traceHeader]: defaultPayloadConverter.toPayload(carrier) } : headers;
}

/** What is asked of a workflow belongs to the span that asks. */
export const traceHeaders: WorkflowClientInterceptor = {
  startUpdate: (input, next) => next({ ...input, headers: traced(input.headers) }),
  startUpdateWithStart: (input, next) => next({ ...input, updateHeaders: traced(input.updateHeaders) }),
};
