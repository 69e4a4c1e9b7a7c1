import { resolve } from 'node:path';
import type { Config } from '../config/schema.ts';
import { connectDatabase } from '../db/connection.ts';
import { migrateBack, wayBack } from '../db/migrations.ts';
import { openDatabase } from '../db/open.ts';
import { VoicebotError } from '../domain/errors.ts';

const placeOf = ({ DATABASE_URL: url, DATA_DIR }: Config) => ({ url, dataDir: resolve(DATA_DIR) });

/** Brings the database of DATABASE_URL to this release. @returns how it is named to people. @throws VoicebotError `invalid-config` without one. */
export async function bringUpToDate(config: Config): Promise<string> {
  if (!config.DATABASE_URL) {
    throw new VoicebotError('invalid-config', 'DATABASE_URL must be set.', {
      hint: 'The embedded database is brought up to date by `voicebot start`.',
    });
  }
  const { close, description } = await openDatabase(placeOf(config));
  await close();
  return description;
}

/**
 * Takes migrations back, while no service runs.
 * @throws VoicebotError `conflict` where rows would be lost and that was not said; `invalid-request` for a migration that is not there.
 */
export async function goBackTo(
  config: Config,
  tag: string,
  loseData: boolean,
): Promise<{ readonly database: string; readonly takenBack: number }> {
  const connection = await connectDatabase(placeOf(config));
  try {
    const way = await wayBack(connection, tag);
    if (way.loses.length > 0 && !loseData) {
      throw new VoicebotError('conflict', `Going back to ${tag} loses what is in ${way.loses.join(', ')}.`, {
        hint: 'Make a backup (voicebot backup), then say --lose-data.',
      });
    }
    await migrateBack(connection, way);
    return { database: connection.description, takenBack: way.tags.length };
  } finally {
    await connection.close();
  }
}
