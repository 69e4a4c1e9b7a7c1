import { AuditTrail } from '../api/access/audit-trail.ts';
import { RuleTable, rules } from '../api/access/rules.ts';
import { Admission } from '../api/admission.ts';
import { createApp } from '../api/app.ts';
import { maxWavBytes } from '../api/audio-input.ts';
import { BatchSchedules } from '../api/batch-schedules.ts';
import { BatchService } from '../api/batches.ts';
import { CallService } from '../api/calls.ts';
import type { ConsoleOptions } from '../api/console.ts';
import { DataLife } from '../api/data-life.ts';
import type { EarEngines } from '../api/live/ears.ts';
import { LiveLines } from '../api/live/live-lines.ts';
import type { LiveDependencies } from '../api/live/live-setup.ts';
import { TenantPrompts } from '../api/live/tenant-prompts.ts';
import { Readiness } from '../api/readiness.ts';
import { startServer } from '../api/server.ts';
import { startAudioSocket } from '../api/telephony/audiosocket.ts';
import { VoiceEngines } from '../api/voice-engines.ts';
import {
  auditAnchorFile,
  canTransfer,
  installedVoices,
  localUrl,
  mediaUrl,
  modelName,
  needsAuthentication,
  temporalUiOrigins,
} from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { version } from '../config/version.ts';
import { consoleFiles } from '../console/build.ts';
import type { BlobStore } from '../db/blobs.ts';
import { demoCustomers } from '../db/demo-bank-seed.ts';
import type { OpenDatabase } from '../db/open.ts';
import type { AssistantSource } from '../domain/assistant/source.ts';
import { deadline } from '../domain/deadline.ts';
import { messageOf } from '../domain/errors.ts';
import { installedCatalogue } from '../engines/catalogue.ts';
import { MediaHub } from '../media/hub.ts';
import type { Sealer } from '../media/sealed.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { TemporalConnection } from '../temporal/connection.ts';
import { keepLostCalls } from '../temporal/lost-calls.ts';
import type { EncryptionCodec } from '../temporal/payloads/codec.ts';
import { certificateOf, edgeOf, makeFirstKey, openAccess } from './access.ts';
import type { Cleanup } from './cleanup.ts';
import type { Engines } from './engines.ts';

export interface ApiServiceOptions {
  readonly config: Config;
  readonly logger: Logger;
  readonly temporal: TemporalConnection;
  readonly database: OpenDatabase;
  readonly assistant: AssistantSource;
  readonly blobs: BlobStore;
  readonly engines: Engines;
  readonly sealer: Sealer;
  readonly codec: EncryptionCodec | undefined;
  readonly metrics: Metrics;
  readonly cleanup: Cleanup;
}

/** What was done since the last anchor could be removed unseen by whoever may change the database. */
const anchorMs = 300_000;

/** How long callers may still be heard and answered when the API stops. */
const drainMs = 10_000;

/** Some twenty turns: what a worker must go over again when it takes a call from another one. */
export const maxHistoryEvents = 600;

export interface ApiService {
  readonly url: string;
  readonly prompts: TenantPrompts;
  readonly calls: CallService;
  /** Lets callers in, once it is told that all is there. */
  readonly readiness: Readiness;
}

/** Starts the API with everything behind it. */
export async function startApi(options: ApiServiceOptions): Promise<ApiService> {
  const { config, logger, temporal, database, blobs, engines, sealer, metrics, cleanup } = options;
  const hub = new MediaHub(mediaUrl(config));
  const { client } = temporal;
  const namespace = config.TEMPORAL_NAMESPACE;
  const admission = new Admission({
    client,
    namespace,
    maxSlotUse: config.MAX_SLOT_USE,
    maxQueueDelayMs: config.MAX_QUEUE_DELAY_MS,
    metrics,
    logger,
  });
  const readiness = new Readiness();
  admission.start();
  cleanup.add('admission', async () => admission.stop());
  const calls = new CallService({
    client,
    db: database.acrossTenants,
    hub,
    readiness,
    admission,
    metrics,
    sealer,
    links: { apiUrl: config.PUBLIC_URL ?? localUrl(config), traceUrl: config.TRACE_URL },
    maxConcurrentSessions: config.MAX_CONCURRENT_SESSIONS,
    turnTimeoutMs: config.TURN_TIMEOUT * 1000,
    settings: {
      sessionTimeoutMs: config.SESSION_TIMEOUT * 1000,
      workerWaitMs: config.WORKER_WAIT * 1000,
      stepTimeoutMs: config.TURN_TIMEOUT * 1000,
      keepAudio: config.RECORD_AUDIO,
      keepFailedAudio: config.KEEP_FAILED_AUDIO,
      maxHistoryEvents,
      canTransfer: canTransfer(config),
      scope: { tenant: config.TENANT, persona: config.PERSONA },
      maxListenMs: config.MAX_AUDIO_SECONDS * 1000 + config.TURN_TIMEOUT * 1000,
    },
  });
  const voiceEngines = new VoiceEngines({
    catalogue: installedCatalogue(installedVoices(config)),
    client,
    namespace,
    db: database.db,
    steps: calls.steps,
  });
  const batches = new BatchService({
    client,
    db: database.db,
    engines: voiceEngines,
    window: config.BATCH_WINDOW,
    waitMs: config.WORKER_WAIT * 1000,
  });
  const schedules = new BatchSchedules({ client, waitMs: config.WORKER_WAIT * 1000 });
  const dataLife = new DataLife({
    client,
    db: database.db,
    sealer,
    retention: {
      sessionsDays: config.RETENTION_SESSIONS_DAYS,
      audioDays: config.RETENTION_AUDIO_DAYS,
      speechDays: config.RETENTION_SPEECH_DAYS,
    },
    timeZone: config.BANK_TIME_ZONE,
    waitMs: config.WORKER_WAIT * 1000,
  });
  void dataLife.schedule().catch((error) => logger.warn({ error: messageOf(error) }, 'retention could not be scheduled'));
  const lost = keepLostCalls({ client, db: database.acrossTenants, logger });
  cleanup.add('lost calls', () => lost.stop());
  cleanup.add('batches', async () => {
    dataLife.stop();
    batches.stop();
    schedules.stop();
  });
  const prompts = new TenantPrompts(calls, logger, {
    db: database.db,
    blobs,
    rateHz: engines.tts.sampleRateHz,
    bankName: config.BANK_NAME,
  });
  const live = liveDependencies(config, { calls, prompts, engines, logger, metrics });
  const audit = new AuditTrail({
    db: database.acrossTenants,
    logger,
    anchorFile: auditAnchorFile(config),
  });
  audit.startAnchoring(anchorMs);
  cleanup.add('audit log', () => audit.stop());
  await makeFirstKey(config, database.acrossTenants, logger);
  const table = new RuleTable(rules);
  const access = openAccess(config, { rules: table, database, audit });
  const app = createApp({
    access,
    rules: table,
    audit,
    db: database.db,
    acrossTenants: database.acrossTenants,
    assistant: options.assistant,
    demoCustomers: config.BANK === 'demo' ? demoCustomers : [],
    calls,
    voiceEngines,
    batches,
    schedules,
    dataLife,
    hub,
    blobs,
    modelName: modelName(config),
    codec: options.codec,
    temporalUiOrigins: temporalUiOrigins(config),
    edge: edgeOf(config),
    metrics,
    logger,
    maxAudioSeconds: config.MAX_AUDIO_SECONDS,
    live,
    console: consoleOf(config),
    telephony: { authToken: config.TWILIO_AUTH_TOKEN, publicUrl: config.PUBLIC_URL, transferTo: config.TRANSFER_TO },
    health: { version, client, namespace, readiness, pingDatabase: () => database.ping() },
  });
  const listening = await startServer(app, {
    host: config.HOST,
    port: config.PORT,
    maxMessageBytes: maxWavBytes(config.MAX_AUDIO_SECONDS),
    tls: await certificateOf(config),
  });
  cleanup.add('API', () => listening.stop());
  if (config.AUDIOSOCKET_PORT) {
    const { AUDIOSOCKET_HOST: host, AUDIOSOCKET_PORT: port } = config;
    const audioSocket = await startAudioSocket({ host, port, live, allowed: access.asterisk });
    cleanup.add('AudioSocket', () => audioSocket.stop());
  }
  cleanup.add('prompts', async () => prompts.stop());
  // First of all, while everything still runs, callers are heard out and answered.
  cleanup.add('turns', async () => {
    readiness.leave();
    const timeUp = deadline(drainMs);
    await live.lines.leave(timeUp);
    await calls.stop(timeUp);
  });
  return { url: listening.url, prompts, calls, readiness };
}

/** What the console's page must know before anybody has logged in. */
function consoleOf(config: Config): ConsoleOptions {
  const { AUTH_ISSUER: issuer, AUTH_CONSOLE_CLIENT_ID: clientId, AUTH_CONSOLE_SCOPE: scope } = config;
  const [ui] = temporalUiOrigins(config);
  return {
    files: consoleFiles,
    oidc: issuer && clientId ? { issuer, clientId, scope } : undefined,
    temporalCallUrl: ui && `${ui}/namespaces/${config.TEMPORAL_NAMESPACE}/workflows/{workflowId}`,
    needsLogin: needsAuthentication(config),
    version,
  };
}

/** Hears a caller; while somebody is on the line, nothing is made ahead in this process. */
function followOnLine({ ears, lineOpened }: Engines): ReturnType<EarEngines['follow']> {
  const follower = ears.vad.follow();
  const left = lineOpened();
  return {
    push: (frame) => follower.push(frame),
    close: () => {
      left();
      follower.close();
    },
  };
}

function liveDependencies(
  config: Config,
  parts: {
    readonly calls: CallService;
    readonly prompts: TenantPrompts;
    readonly engines: Engines;
    readonly logger: Logger;
    readonly metrics: Metrics;
  },
): LiveDependencies {
  const { calls, prompts, engines, logger, metrics } = parts;
  const { turns } = engines.ears;
  return {
    calls,
    prompts,
    logger,
    metrics,
    engines: { follow: () => followOnLine(engines), finished: (samples, options) => turns.finished(samples, options) },
    voiceRateHz: engines.tts.sampleRateHz,
    lines: new LiveLines(engines.tts.sampleRateHz),
    settings: {
      pauseMs: config.PAUSE_MS,
      releaseMinMs: config.RELEASE_MIN_MS,
      releaseMaxMs: config.RELEASE_MAX_MS,
      maxTurnMs: config.MAX_AUDIO_SECONDS * 1000,
      fillerMs: config.FILLER_MS,
      idleMs: config.IDLE_PROMPT_SECONDS * 1000,
    },
  };
}
