import { upgradeWebSocket } from '@hono/node-server';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { PayloadCodec } from '@temporalio/common';
import type { BlobStore } from '../db/blobs.ts';
import type { Database } from '../db/open.ts';
import { tenantOfNumber } from '../db/tenants.ts';
import type { AssistantSource } from '../domain/assistant/source.ts';
import { parseSessionId } from '../domain/session-id.ts';
import type { MediaHub } from '../media/hub.ts';
import { mediaRoutes } from '../media/hub-routes.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { AuditTrail } from './access/audit-trail.ts';
import type { Access } from './access/guard.ts';
import type { RuleTable } from './access/rules.ts';
import { authenticatedSocket } from './access/socket-login.ts';
import type { BatchSchedules } from './batch-schedules.ts';
import type { BatchService } from './batches.ts';
import { callSocket } from './call-socket.ts';
import type { CallService } from './calls.ts';
import { Connections } from './connections.ts';
import { addConsole, type ConsoleOptions } from './console.ts';
import type { DataLife } from './data-life.ts';
import { addDocs } from './docs.ts';
import type { EdgeOptions } from './edge.ts';
import { createGuardedApp } from './guarded-app.ts';
import type { HealthSources } from './health.ts';
import type { LiveDependencies } from './live/live-setup.ts';
import { asyncApi } from './live/protocol.ts';
import { openAiProblem } from './openai/openai-problem.ts';
import { addOpenAiSpeech } from './openai/speech.ts';
import { addOpenAiTranscriptions } from './openai/transcriptions.ts';
import { problemOf } from './problem.ts';
import { addRealtime } from './realtime/realtime-socket.ts';
import { refusedSocket } from './refused-socket.ts';
import { addAdapterRoutes } from './routes/adapters.ts';
import { addAnalyticsRoutes } from './routes/analytics.ts';
import { addAssistantRoutes } from './routes/assistants.ts';
import { addAuditRoutes } from './routes/audit.ts';
import { addBatchScheduleRoutes } from './routes/batch-schedules.ts';
import { addBatchRoutes } from './routes/batches.ts';
import { addCacheRoutes } from './routes/cache.ts';
import { addCodecCors, addCodecRoutes } from './routes/codec.ts';
import { addDataLifeRoutes } from './routes/data-life.ts';
import { addDemoBankRoute, type DemoCustomer } from './routes/demo-bank.ts';
import { addDryRunRoutes } from './routes/dry-runs.ts';
import { addInfoRoutes } from './routes/info.ts';
import { addKeyRoutes } from './routes/keys.ts';
import { addKnowledgeRoutes } from './routes/knowledge.ts';
import { addLiveCallRoutes } from './routes/live-calls.ts';
import { addMeRoute } from './routes/me.ts';
import { addMessageRoutes } from './routes/messages.ts';
import { addMetricsRoute } from './routes/metrics.ts';
import { addOrderRoutes } from './routes/orders.ts';
import { addReviewRoutes } from './routes/reviews.ts';
import { addSessionRoutes } from './routes/sessions.ts';
import { addSpeechRoutes } from './routes/speech.ts';
import { addTenantRoutes } from './routes/tenants.ts';
import { addTokenRoutes } from './routes/tokens.ts';
import { addTurnRoutes } from './routes/turns.ts';
import { addVoiceRoutes } from './routes/voices.ts';
import { type AsteriskOptions, addAsterisk } from './telephony/asterisk.ts';
import { addTwilio, type TwilioOptions } from './telephony/twilio.ts';
import { noLinesWhileLeaving, onlyUpgrades } from './upgrades.ts';
import type { VoiceEngines } from './voice-engines.ts';

export interface AppDependencies {
  readonly edge: EdgeOptions;
  readonly audit: AuditTrail;
  readonly access: Access;
  /** What each route needs. */
  readonly rules: RuleTable;
  readonly db: Database;
  /** Sees what is of all tenants, or of none. */
  readonly acrossTenants: Database;
  readonly calls: CallService;
  readonly voiceEngines: VoiceEngines;
  readonly batches: BatchService;
  readonly schedules: BatchSchedules;
  readonly dataLife: DataLife;
  readonly hub: MediaHub;
  readonly blobs: Pick<BlobStore, 'find' | 'put'>;
  /** Names the language model whose adapters are trained. */
  readonly modelName: string;
  /** What payloads of Temporal pass through; unset where they are in the clear. */
  readonly codec: PayloadCodec | undefined;
  readonly temporalUiOrigins: readonly string[];
  readonly metrics: Metrics;
  readonly health: HealthSources;
  readonly assistant: AssistantSource;
  /** None where a real bank is connected. */
  readonly demoCustomers: readonly DemoCustomer[];
  readonly logger: Logger;
  readonly maxAudioSeconds: number;
  readonly live: LiveDependencies;
  readonly console: ConsoleOptions;
  readonly telephony: Pick<TwilioOptions, 'authToken' | 'publicUrl'> & Pick<AsteriskOptions, 'transferTo'>;
}

/** The HTTP and WebSocket API. */
export function createApp(deps: AppDependencies): OpenAPIHono {
  const { logger, calls, health } = deps;
  const app = createGuardedApp({
    ...{ access: deps.access, rules: deps.rules, edge: deps.edge, logger },
    beforeGuard: (edged) => {
      addCodecCors(edged, deps.temporalUiOrigins);
      // Before a token that is good for one connection is spent on it.
      edged.use(noLinesWhileLeaving(() => deps.live.lines.leaving));
    },
    toldAs: (c, error) => (c.req.path.startsWith('/v1/audio/') ? openAiProblem(c, error) : undefined),
  });
  app.route('/', mediaRoutes(deps.hub));
  addInfoRoutes(app, health);
  addSessionRoutes(app, deps);
  addTurnRoutes(app, deps);
  addDryRunRoutes(app, deps);
  addLiveCallRoutes(app, deps);
  addOrderRoutes(app, deps);
  addSpeechRoutes(app, deps);
  addKnowledgeRoutes(app, deps);
  addCacheRoutes(app, deps);
  addAdapterRoutes(app, deps);
  addAssistantRoutes(app, deps);
  addReviewRoutes(app, deps);
  addVoiceRoutes(app, deps);
  addBatchRoutes(app, deps);
  addBatchScheduleRoutes(app, deps);
  addMessageRoutes(app, deps);
  addKeyRoutes(app, deps);
  addTenantRoutes(app, deps);
  addTokenRoutes(app, deps);
  addMeRoute(app);
  addDemoBankRoute(app, deps);
  addAuditRoutes(app, deps);
  addDataLifeRoutes(app, deps);
  addAnalyticsRoutes(app, deps);
  addCodecRoutes(app, deps.codec);
  addMetricsRoute(app, deps.metrics, () => deps.metrics.openTurns.set(deps.hub.openTurns));
  addDocs(app);
  addConsole(app, deps.console);
  addCallSocket(app, deps, calls);
  const tenantOf = (number: string) => tenantOfNumber(deps.acrossTenants, number);
  addTwilio(app, { live: deps.live, tenantOf, ...deps.telephony });
  addRealtime(app, deps);
  addOpenAiSpeech(app, deps);
  addOpenAiTranscriptions(app, deps);
  addAsterisk(app, { live: deps.live, tenantOf, ...deps.telephony });
  app.get('/asyncapi.json', (c) => c.json(asyncApi(health.version)));
  app.doc31('/openapi.json', {
    openapi: '3.1.0',
    info: { title: 'Voicebot Orchestrator', version: health.version, description: socketDescription },
  });
  return app;
}

const socketDescription =
  'Durable voice calls for bank contact centres.\n\n' +
  '`WS /ws/{id}` carries a call. After a JSON `start` message it is live: audio streams both ways, and events tell what happens; ' +
  '`/asyncapi.json` describes that protocol. Without `start`, a binary message with a WAV file is one utterance of the caller, and a binary message with a WAV file ' +
  'comes back, again and again on one socket; a new id makes a new session. JSON text messages beside it: `{"type":"configure","events":true}` ' +
  '(or `/ws/{id}?events=1`) asks for `transcript` and `reply` messages, `voice` and `speed` may be set the same way, `{"type":"hangup"}` ends ' +
  'the call. Errors come as `{"type":"error","problem":{…}}`; a socket that cannot be used gets one and is closed with the code 4000 plus ' +
  'the status of the problem.';

function addCallSocket(app: OpenAPIHono, deps: AppDependencies, calls: CallService): void {
  const connections = new Connections();
  app.get(
    '/ws/:id',
    onlyUpgrades,
    upgradeWebSocket((c) => {
      const { maxAudioSeconds, live, logger, access } = deps;
      return authenticatedSocket(c, access, async ({ tenant }) => {
        try {
          const sessionId = parseSessionId(c.req.param('id') ?? '');
          await connections.free(sessionId);
          const opened = await calls.open(sessionId, tenant);
          const events = ['1', 'true'].includes(c.req.query('events') ?? '');
          const countTurn = () => access.limits.turn(sessionId);
          return callSocket({ sessionId, opened, events, live, maxAudioSeconds, logger, connections, countTurn });
        } catch (error) {
          if (problemOf(error).code === 'internal') logger.error({ err: error }, 'socket refused');
          return refusedSocket(error);
        }
      });
    }),
  );
}
