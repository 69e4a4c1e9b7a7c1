import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { wantsPage } from '../console.ts';
import { checkHealth, type HealthSources } from '../health.ts';
import { healthSchema, infoSchema, json } from '../schemas.ts';

const root = createRoute({
  method: 'get',
  path: '/',
  tags: ['Service'],
  summary: 'What this service is',
  responses: { 200: json(infoSchema, 'Name, version and endpoints.') },
});

const health = createRoute({
  method: 'get',
  path: '/health',
  tags: ['Service'],
  summary: 'Whether this process is alive, and how all that it needs is',
  description: 'It answers as long as the process does: one whose database is away need not be started anew.',
  responses: { 200: json(healthSchema, 'It is alive. `status` says whether calls can be taken.') },
});

const ready = createRoute({
  method: 'get',
  path: '/ready',
  tags: ['Service'],
  summary: 'Whether new calls can be taken',
  responses: {
    200: json(healthSchema, 'Database and Temporal answer; degraded when a queue has no worker.'),
    503: json(healthSchema, 'Database or Temporal is down, or the service is starting or stopping.'),
  },
});

/** What may be asked of an application, as `GET /path`. */
export function endpointsOf(app: OpenAPIHono): string[] {
  const routes = app.routes.filter(({ method, path }) => method !== 'ALL' && !path.includes('*'));
  return [...new Set(routes.map(({ method, path }) => `${method} ${path}`))];
}

export function addInfoRoutes(app: OpenAPIHono, sources: HealthSources): void {
  // People get the console.
  app.get('/', (c, next) => (wantsPage(c) ? Promise.resolve(c.redirect('/console')) : next()));
  app.openapi(root, (c) => {
    return c.json(
      {
        name: 'Voicebot Orchestrator',
        version: sources.version,
        docs: '/docs',
        openapi: '/openapi.json',
        endpoints: endpointsOf(app).filter((endpoint) => !endpoint.includes(' /media')),
      },
      200,
    );
  });
  app.openapi(health, async (c) => c.json(await checkHealth(sources), 200));
  app.openapi(ready, async (c) => {
    const result = await checkHealth(sources);
    return c.json(result, result.status === 'ok' || result.status === 'degraded' ? 200 : 503);
  });
}
