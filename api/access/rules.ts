import type { Permission } from '../../domain/access/access.ts';

/**
 * What each route needs. `open`: nothing. `own`: a credential of its own kind, which it checks itself (signed URLs of pipes, Twilio's signature).
 * `asterisk`: one of the addresses of the bank's telephone system.
 */
export type Need = Permission | 'open' | 'own' | 'asterisk' | 'any';

export interface Rule {
  readonly method: string;
  /** With its parameters as `{name}`. */
  readonly path: string;
  readonly need: Need;
  /** A WebSocket: who has no header may say who they are in the first message. */
  readonly socket?: boolean;
}

const rule = (need: Need, ...routes: readonly string[]): Rule[] =>
  routes.map((route) => {
    const [method = '', path = ''] = route.split(' ');
    return { method, path, need };
  });

const analyticsRules: readonly Rule[] = rule('read', 'GET /analytics/{report}');

/** Every route of the API; one that is missing here is refused to all but administrators, and fails a test. */
export const rules: readonly Rule[] = [
  ...rule('open', 'GET /', 'GET /health', 'GET /ready'),
  // A page that asks whoever opens it to log in.
  ...rule(
    'open',
    'GET /console',
    'GET /widget.js',
    'GET /console/settings',
    'GET /console/assets/{file}',
    'GET /console/{a}',
    'GET /console/{a}/{b}',
    'GET /console/{a}/{b}/{c}',
  ),
  ...rule(
    'own',
    'GET /media/{turn}/{pipe}',
    'POST /media/{turn}/{pipe}',
    'PUT /media/{turn}/{pipe}',
    'DELETE /media/{turn}/{pipe}',
  ),
  ...rule('own', 'POST /telephony/twilio', 'GET /telephony/twilio/media'),
  ...rule('asterisk', 'POST /telephony/asterisk/{uuid}', 'GET /telephony/asterisk/{uuid}/next'),
  ...rule('any', 'GET /me', 'GET /docs', 'GET /docs/{file}', 'GET /openapi.json', 'GET /asyncapi.json'),
  ...rule('monitor', 'GET /metrics', 'GET /tts/engines'),
  ...rule('call', 'GET /ws/{id}', 'GET /v1/realtime').map((one) => ({ ...one, socket: true })),
  ...rule('operate', 'GET /sessions/{id}/listen').map((one) => ({ ...one, socket: true })),
  ...rule('call', 'POST /sessions/{id}', 'POST /sessions/{id}/turns', 'DELETE /sessions/{id}'),
  ...rule(
    'speech',
    'POST /stt/test',
    'POST /tts/test',
    'POST /v1/audio/speech',
    'POST /v1/audio/transcriptions',
    'GET /tts/voices',
  ),
  ...rule('read', 'GET /bank/demo-customers'),
  ...rule('read', 'GET /sessions', 'GET /sessions/{id}', 'GET /sessions/{id}/turns', 'GET /turns'),
  ...rule(
    'read',
    'GET /sessions/{id}/turns/{turn}/audio',
    'GET /sessions/{id}/turns/{turn}/steps',
    'GET /sessions/{id}/orders',
    'GET /sessions/{id}/reviews',
    'GET /cache/reviews',
  ),
  ...rule(
    'read',
    'GET /knowledge/articles',
    'GET /knowledge/articles/{article}',
    'GET /cache/entries',
    'GET /cache/stats',
    'GET /cache/export',
  ),
  ...rule('read', 'GET /assistants', 'GET /assistants/{version}', 'GET /adapters', 'GET /adapters/{name}/training'),
  ...rule('read', 'GET /batches', 'GET /batches/{id}', 'GET /batches/{id}/items', 'GET /batches/{id}/download'),
  ...rule('read', 'GET /batch-schedules', 'GET /batch-schedules/{id}'),
  ...rule('read', 'GET /messages', 'GET /messages/{key}', 'GET /messages/{key}/audio', 'POST /messages/{key}/speech'),
  ...rule(
    'operate',
    'POST /sessions/{id}/turns/{turn}/retry',
    'POST /sessions/{id}/turns/{turn}/dry-run',
    'POST /sessions/{id}/transfer',
    'PUT /sessions/{id}/turns/{turn}/review',
    'POST /cache/reviews/{review}',
  ),
  ...rule('operate', 'POST /tts/engines/{engine}/load', 'POST /tts/engines/{engine}/unload'),
  ...rule(
    'operate',
    'POST /batches',
    'POST /batches/{id}/pause',
    'POST /batches/{id}/resume',
    'POST /batches/{id}/cancel',
    'POST /batches/{id}/retry',
  ),
  ...rule('operate', 'PUT /batch-schedules/{id}', 'POST /batch-schedules/{id}/run', 'DELETE /batch-schedules/{id}'),
  ...rule(
    'content',
    'PUT /messages/{key}',
    'POST /messages/{key}/versions/{version}/approve',
    'POST /messages/{key}/versions/{version}/reject',
  ),
  ...rule(
    'content',
    'POST /knowledge/articles',
    'DELETE /knowledge/articles/{article}',
    'PUT /cache/threshold',
    'POST /cache/optimize',
    'DELETE /cache/entries',
  ),
  ...rule(
    'content',
    'POST /assistants',
    'POST /assistants/check',
    'POST /assistants/rollback',
    'POST /assistants/{version}/deploy',
  ),
  ...rule(
    'content',
    'PUT /adapters/active',
    'POST /adapters/{name}',
    'POST /adapters/{name}/load',
    'POST /adapters/{name}/unload',
    'POST /adapters/{name}/train',
  ),
  ...rule('read', 'POST /temporal/codec/decode'),
  ...rule('admin', 'POST /temporal/codec/encode'),
  ...rule('call', 'POST /tokens'),
  ...rule('admin', 'DELETE /sessions/{id}/data', 'POST /erasures', 'POST /exports', 'GET /deletions'),
  ...analyticsRules,
  ...rule('admin', 'GET /audit', 'GET /audit/verify', 'GET /audit/export'),
  ...rule('admin', 'POST /keys', 'GET /keys', 'DELETE /keys/{id}'),
  ...rule('admin', 'GET /tenants', 'GET /tenants/{tenant}', 'PUT /tenants/{tenant}'),
];

/** What every service answers, beside what it does for who asks it directly. */
const commonRules: readonly Rule[] = [
  ...rule('open', 'GET /', 'GET /health', 'GET /ready'),
  ...rule('any', 'GET /openapi.json'),
  ...rule('monitor', 'GET /metrics'),
];

/** What a part of a service does for who asks it directly. */
const directRules: Readonly<Record<string, readonly Rule[]>> = {
  stt: rule('speech', 'POST /transcribe'),
  tts: rule('speech', 'POST /speak'),
  llm: rule('speech', 'POST /generate'),
  cache: rule('read', 'POST /lookup'),
  analytics: analyticsRules,
};

/** The routes of a service that has these parts, and no API. */
export const serviceRules = (parts: readonly string[]): readonly Rule[] => [
  ...commonRules,
  ...parts.flatMap((part) => directRules[part] ?? []),
];

interface Path {
  readonly pattern: RegExp;
  readonly byMethod: ReadonlyMap<string, Rule>;
}

export interface Matched {
  readonly rule: Rule;
  readonly params: Readonly<Record<string, string>>;
}

/** Finds the rule of a request. */
export class RuleTable {
  /** One that is spelled out before those with parameters. */
  readonly #paths: readonly Path[];

  constructor(rules: readonly Rule[]) {
    this.#paths = [...new Set(rules.map(({ path }) => path))]
      .sort((a, b) => a.split('{').length - b.split('{').length)
      .map((path) => ({
        pattern: new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
        byMethod: new Map(rules.filter((one) => one.path === path).map((one) => [one.method, one])),
      }));
  }

  /** The rule of the path that is most like it. HEAD is as GET. */
  match(method: string, path: string): Matched | undefined {
    for (const { pattern, byMethod } of this.#paths) {
      const match = pattern.exec(path);
      if (!match) continue;
      const rule = byMethod.get(method === 'HEAD' ? 'GET' : method);
      return rule && { rule, params: { ...match.groups } };
    }
    return undefined;
  }

  /** What may be asked of a path that exists: of the one that is spelled out, where another with parameters is like it. */
  methods(path: string): string[] {
    return [...(this.#paths.find(({ pattern }) => pattern.test(path))?.byMethod.keys() ?? [])];
  }
}
