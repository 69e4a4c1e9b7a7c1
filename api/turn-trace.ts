import { type Context, context, type Span, trace } from '@opentelemetry/api';
import type { TurnOutcome } from '../domain/call.ts';
import { workflowIdOf } from '../domain/session-id.ts';
import { contextOf } from '../telemetry/call-trace.ts';
import { failed, tracer } from '../telemetry/tracing.ts';

export interface TracedTurn {
  readonly sessionId: string;
  readonly tenant: string;
  readonly turn: number;
  readonly attempt?: string | undefined;
  readonly startedAt: Date;
}

/** The span of one attempt at a turn, from the caller's first sound to the call's answer. It holds no word of what was said. */
export class TurnTrace {
  readonly #span: Span;
  /** In which what belongs to the turn is done. */
  readonly context: Context;

  constructor({ sessionId, tenant, turn, attempt, startedAt }: TracedTurn) {
    const parent = contextOf(workflowIdOf(sessionId, tenant));
    const attributes = {
      'voicebot.session': sessionId,
      'voicebot.tenant': tenant,
      'voicebot.turn': turn,
      ...(attempt === undefined ? {} : { 'voicebot.attempt': attempt }),
    };
    this.#span = tracer().startSpan(`turn ${turn}`, { attributes, startTime: startedAt }, parent);
    this.context = trace.setSpan(parent, this.#span);
  }

  run<T>(work: () => T): T {
    return context.with(this.context, work);
  }

  /** How the turn ended. */
  end(outcome: Pick<TurnOutcome, 'status' | 'source' | 'intent' | 'error'>): void {
    const { status, source, intent, error } = outcome;
    this.#span.setAttributes({ 'voicebot.status': status, 'voicebot.source': source, 'voicebot.intent': intent });
    if (error) this.#span.setAttributes({ 'voicebot.failed_step': error.step, 'error.type': error.code });
    this.#span.end();
  }

  fail(error: unknown): void {
    failed(this.#span, error);
    this.#span.end();
  }

  /** Parts of how long the caller waited. @param parts names with their beginning and end, milliseconds since the epoch. */
  waited(parts: readonly (readonly [name: string, from: number, until: number])[]): void {
    for (const [name, from, until] of parts) {
      tracer()
        .startSpan(name, { startTime: new Date(from) }, this.context)
        .end(new Date(Math.max(from, until)));
    }
  }
}
