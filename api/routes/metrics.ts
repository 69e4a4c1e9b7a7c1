import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Metrics } from '../../telemetry/metrics.ts';

/** @param read brings what is not counted as it happens up to date. */
export function addMetricsRoute(app: OpenAPIHono, metrics: Metrics, read?: () => void): void {
  app.get('/metrics', async (c) => {
    read?.();
    const { body, contentType } = await metrics.text(c.req.header('accept'));
    return c.body(body, 200, { 'Content-Type': contentType });
  });
}
