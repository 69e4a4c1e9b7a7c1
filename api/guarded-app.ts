import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context, MiddlewareHandler } from 'hono';
import { withoutParameters } from '../db/errors.ts';
import { VoicebotError } from '../domain/errors.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Access } from './access/guard.ts';
import type { RuleTable } from './access/rules.ts';
import { issuesOf } from './bodies.ts';
import { addEdge, type EdgeOptions } from './edge.ts';
import { notFound, problemOf, problemResponse } from './problem.ts';
import { ofOwnTenant } from './routes/tenant.ts';

export interface GuardedAppOptions {
  readonly access: Access;
  readonly rules: RuleTable;
  readonly edge: EdgeOptions;
  readonly logger: Logger;
  /** Answers that need no credential, such as those to a browser's question whether it may ask. */
  readonly beforeGuard?: (app: OpenAPIHono) => void;
  /** How an error is told, where it is not told as a problem. */
  readonly toldAs?: (c: Context, error: unknown) => Response | undefined;
}

/** An application in which every request is bounded, validated, and let in by its rule before it reaches a route. */
export function createGuardedApp({ access, rules, edge, logger, beforeGuard, toldAs }: GuardedAppOptions): OpenAPIHono {
  const app = new OpenAPIHono({
    defaultHook: (result, c) => {
      if (result.success) return result.target === 'query' ? ofOwnTenant(result.data, c) : undefined;
      throw new VoicebotError('invalid-request', issuesOf(result.error));
    },
  });
  app.onError((error, c) => {
    const { code } = problemOf(error);
    if (code === 'internal') logger.error({ err: withoutParameters(error), path: c.req.path }, 'request failed');
    // Programs read the first one; browsers ask for a key in a window of their own.
    if (code === 'unauthenticated') c.header('WWW-Authenticate', 'Bearer, Basic realm="voicebot"');
    return toldAs?.(c, error) ?? problemResponse(c, error);
  });
  app.notFound((c) => problemResponse(c, notFound(`There is nothing at ${c.req.path}.`)));
  addEdge(app, edge);
  beforeGuard?.(app);
  app.use(access.guard, knownMethod(rules));
  return app;
}

/** A path that exists says what may be asked of it. */
const knownMethod =
  (rules: RuleTable): MiddlewareHandler =>
  (c, next) => {
    const methods = rules.methods(c.req.path);
    if (methods.length === 0 || methods.includes(c.req.method === 'HEAD' ? 'GET' : c.req.method)) return next();
    c.header('Allow', methods.join(', '));
    throw new VoicebotError('method-not-allowed', `${c.req.method} is not possible here.`);
  };
