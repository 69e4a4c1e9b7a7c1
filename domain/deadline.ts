/**
 * Aborts after a time, or with the first of the signals. `AbortSignal.any([AbortSignal.timeout(…)])` does not do in Node 20: a timeout that
 * nothing else holds is collected as garbage, and never comes.
 */
export function deadline(ms: number, ...signals: readonly (AbortSignal | undefined)[]): AbortSignal {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new DOMException(`It took more than ${ms} ms.`, 'TimeoutError')), ms);
  timer.unref();
  controller.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  for (const signal of signals) {
    if (signal?.aborted) controller.abort(signal.reason);
    // The listener goes with the deadline, however long the other signal lives.
    signal?.addEventListener('abort', () => controller.abort(signal.reason), { once: true, signal: controller.signal });
  }
  return controller.signal;
}

/**
 * Aborts with the first of the signals. `AbortSignal.any` does not do in Node 20: what is listened to is kept for ever there, with all that its
 * listeners hold, unless it aborts. For signals that live about as long as each other: a listener stays on each.
 */
export function anyOf(...signals: readonly AbortSignal[]): AbortSignal {
  const controller = new AbortController();
  for (const signal of signals) {
    if (signal.aborted) controller.abort(signal.reason);
    signal.addEventListener('abort', () => controller.abort(signal.reason), { once: true, signal: controller.signal });
  }
  return controller.signal;
}
