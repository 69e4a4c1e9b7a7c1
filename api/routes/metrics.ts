import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Metrics } from '../../config/metrics.ts';

/** @param read brings what is not counted as it happens up to date. */
export function addMetricsRoute(app: OpenAPIHono, metrics: Metrics, read?: () => void): void {
  app.get('/metrics', async (c) => {
    read?.();
    return c.body(await metrics.text(), 200, { 'Content-Type': metrics.contentType });
  });
}
