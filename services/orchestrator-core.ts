import { createAdapterRecords } from '../activities/adapter-records.ts';
import { createBankActivities } from '../activities/bank.ts';
import { createDataLife } from '../activities/data-life.ts';
import { createMessageRecords } from '../activities/message-records.ts';
import { createRecordsActivities } from '../activities/records.ts';
import { createTelephonyActivities } from '../activities/telephony.ts';
import { createTransferHook } from '../activities/transfer-hook.ts';
import { pollersOf } from '../api/health.ts';
import { HttpBank } from '../bank/http-bank.ts';
import { installedVoices, transferSettings } from '../config/load.ts';
import { DemoBank } from '../db/demo-bank.ts';
import { bankClock } from '../domain/language/dates.ts';
import { installedCatalogue } from '../engines/catalogue.ts';
import { deleteHistories } from '../temporal/call-histories.ts';
import { needed, type Parts } from './parts.ts';

/** The steps of the queue `bank`. */
export function bankActivities({ config, db, sealer, assistants }: Parts) {
  const database = needed(db, 'a database');
  return createBankActivities({
    bank:
      config.BANK === 'http'
        ? new HttpBank({ baseUrl: config.BANK_URL ?? '', apiKey: config.BANK_API_KEY })
        : new DemoBank(database),
    sealer,
    assistants: needed(assistants, 'a database'),
    db: database,
    clock: bankClock(config.BANK_TIME_ZONE),
  });
}

/** The steps of the queue `records`. */
export function recordsActivities(parts: Parts) {
  const { config, connection, engines } = parts;
  const db = needed(parts.db, 'a database');
  const blobs = needed(parts.blobs, 'a blob store');
  const namespace = config.TEMPORAL_NAMESPACE;
  return {
    ...createRecordsActivities({ db, blobs, spokenRateHz: engines.tts.sampleRateHz }),
    ...createMessageRecords({
      db,
      blobs,
      mastering: engines.mastering,
      catalogue: installedCatalogue(installedVoices(config)),
      workersOf: (taskQueue) => pollersOf(connection, namespace, taskQueue),
    }),
    ...createDataLife({ db, blobs, deleteHistories: (session) => deleteHistories(connection, namespace, session) }),
    ...createAdapterRecords({ db, blobs, assistants: needed(parts.assistants, 'a database'), bankName: config.BANK_NAME }),
  };
}

/** The steps of the queue `telephony`. */
export const telephonyActivities = ({ config }: Parts) => createTelephonyActivities(createTransferHook(transferSettings(config)));
