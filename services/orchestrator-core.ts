import { createAdapterRecords } from '../activities/adapter-records.ts';
import { createBankActivities } from '../activities/bank.ts';
import { createDataLife } from '../activities/data-life.ts';
import { createMessageRecords } from '../activities/message-records.ts';
import { createRecordsActivities, type EndedCall } from '../activities/records.ts';
import { createTelephonyActivities } from '../activities/telephony.ts';
import { createTransferHook } from '../activities/transfer-hook.ts';
import { pollersOf } from '../api/health.ts';
import { HttpBank } from '../bank/http-bank.ts';
import { installedVoices, transferSettings } from '../config/load.ts';
import { DemoBank } from '../db/demo-bank.ts';
import { bankClock } from '../domain/language/dates.ts';
import { workflowIdOf } from '../domain/session-id.ts';
import { installedCatalogue } from '../engines/catalogue.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { endTrace, traceparent } from '../telemetry/tracing.ts';
import { deleteHistories } from '../temporal/call-histories.ts';
import { observedBank } from './observed-bank.ts';
import { needed, type Parts } from './parts.ts';

/** The steps of the queue `bank`. */
export function bankActivities({ config, db, sealer, assistants }: Parts) {
  const database = needed(db, 'a database');
  return createBankActivities({
    bank: observedBank(
      config.BANK === 'http'
        ? new HttpBank({ baseUrl: config.BANK_URL ?? '', apiKey: config.BANK_API_KEY, headers: traceparent })
        : new DemoBank(database),
    ),
    sealer,
    assistants: needed(assistants, 'a database'),
    db: database,
    clock: bankClock(config.BANK_TIME_ZONE),
  });
}

/** The steps of the queue `records`. */
export function recordsActivities(parts: Parts) {
  const { config, connection, engines, metrics } = parts;
  const db = needed(parts.db, 'a database');
  const blobs = needed(parts.blobs, 'a blob store');
  const namespace = config.TEMPORAL_NAMESPACE;
  return {
    ...createRecordsActivities({
      db,
      blobs,
      spokenRateHz: engines.tts.sampleRateHz,
      callEnded: (call) => tellEnd(call, metrics),
    }),
    ...createMessageRecords({
      db,
      blobs,
      mastering: engines.mastering,
      catalogue: installedCatalogue(installedVoices(config)),
      workersOf: (taskQueue) => pollersOf(connection, namespace, taskQueue),
      itemSettled: (result) => metrics.batchItems.inc({ result }),
    }),
    ...createDataLife({ db, blobs, deleteHistories: (session) => deleteHistories(connection, namespace, session) }),
    ...createAdapterRecords({ db, blobs, assistants: needed(parts.assistants, 'a database'), bankName: config.BANK_NAME }),
  };
}

/** What a call was is known once it is over. */
function tellEnd({ sessionId, tenant, reason, startedAt, endedAt }: EndedCall, metrics: Metrics): void {
  metrics.calls.inc({ tenant, reason });
  metrics.callDuration.observe((endedAt.getTime() - startedAt.getTime()) / 1000);
  const attributes = { 'voicebot.session': sessionId, 'voicebot.tenant': tenant, 'voicebot.end_reason': reason };
  endTrace(workflowIdOf(sessionId, tenant), { name: 'call', attributes, startedAt, endedAt });
}

/** The steps of the queue `telephony`. */
export const telephonyActivities = ({ config }: Parts) => createTelephonyActivities(createTransferHook(transferSettings(config)));
