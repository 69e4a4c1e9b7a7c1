import { setImmediate } from 'node:timers/promises';
import { VoicebotError } from '../errors.ts';
import { chooseEngine, type EngineChoice, type EngineOutlook, type VoiceCatalogue, type VoiceEngine } from '../voices/engine.ts';
import { type BatchDefaults, type BatchItem, type BatchRow, type RejectedRow, RowChecker } from './batch-item.ts';

/** What a batch is to be. */
export interface BatchRequest {
  readonly tenant: string;
  readonly id: string;
  readonly name: string;
  readonly language: string;
  readonly tags: readonly string[];
  readonly loudnessLufs: number;
  /** Whisper listens to what was made. */
  readonly check: boolean;
  readonly approvedBy?: string | undefined;
  /** All of it should be there after so long; decides what `auto` may be. */
  readonly deadlineMs?: number | undefined;
  readonly defaults: BatchDefaults;
}

/** More rows than this belong in several batches. */
export const maxRows = 100_000;
/** Rows that are checked before callers are looked after again. */
const rowsAtOnce = 500;

/** All rows of a batch. @throws VoicebotError `too-large`. */
export async function readRows(rows: AsyncIterable<BatchRow | RejectedRow>): Promise<(BatchRow | RejectedRow)[]> {
  const read: (BatchRow | RejectedRow)[] = [];
  for await (const row of rows) {
    if (read.length === maxRows) {
      throw new VoicebotError('too-large', `The batch has more than ${maxRows} rows.`, {
        hint: 'Split it into several batches.',
      });
    }
    read.push(row);
  }
  return read;
}

/** Checks all rows of a batch, and chooses an engine for those that leave it open. */
export async function checkRows(
  rows: readonly (BatchRow | RejectedRow)[],
  { defaults, deadlineMs }: Pick<BatchRequest, 'defaults' | 'deadlineMs'>,
  { catalogue, outlook }: { readonly catalogue: VoiceCatalogue; readonly outlook: (engine: VoiceEngine) => EngineOutlook },
): Promise<{ readonly checked: readonly (BatchItem | RejectedRow)[]; readonly engineChoice: string | undefined }> {
  // A row that nobody could speak decides nothing for the others.
  const most = Math.max(0, ...catalogue.filter((one) => outlook(one).available).map((one) => one.maxCharacters));
  const lengths = rows
    .map((row) => ('code' in row ? 0 : (row.text ?? defaults.text ?? '').length))
    .filter((length) => length <= most);
  const purpose = {
    use: 'batch',
    longestCharacters: lengths.reduce((a, b) => Math.max(a, b), 0),
    totalCharacters: lengths.reduce((a, b) => a + b, 0),
    deadlineMs,
  } as const;
  let choice: EngineChoice | undefined;
  const checker = new RowChecker({
    catalogue,
    defaults,
    available: (engine) => outlook(engine).available,
    chosen: () => {
      choice ??= chooseEngine(catalogue, purpose, outlook);
      return choice.engine;
    },
  });
  const checked: (BatchItem | RejectedRow)[] = [];
  for (const [i, row] of rows.entries()) {
    checked.push('code' in row ? row : checker.check(row));
    if (i % rowsAtOnce === 0) await setImmediate();
  }
  return { checked, engineChoice: choice && `${choice.engine.id}: ${choice.why}` };
}
