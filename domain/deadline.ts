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
