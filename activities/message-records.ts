import { joinWavs } from '../audio/join.ts';
import {
  type BatchRow,
  failItem,
  findBatch,
  type ItemRow,
  itemCounts,
  nextItems,
  pendingEngines,
  setBatchState,
  settleItem,
} from '../db/batches.ts';
import type { BlobStore } from '../db/blobs.ts';
import { engineOutlooks } from '../db/engine-outlooks.ts';
import { addMessage } from '../db/messages.ts';
import { newBatch } from '../db/new-batch.ts';
import type { Database } from '../db/open.ts';
import { findRendering, rawSpeechKey } from '../db/renderings.ts';
import { VoicebotError } from '../domain/errors.ts';
import { readBatchFile } from '../domain/messages/batch-file.ts';
import type { SpeechSpec } from '../domain/messages/batch-item.ts';
import { type BatchState, type ItemCounts, recordedEngine } from '../domain/messages/message.ts';
import { type KeptPart, type MessagePart, partsOf } from '../domain/messages/parts.ts';
import type { ScheduledBatch } from '../domain/messages/scheduled-batch.ts';
import { placesIn } from '../domain/messages/template.ts';
import type { VoiceCatalogue } from '../domain/voices/engine.ts';
import type { Mastering } from '../engines/mastering/mastering.ts';
import { masterRecording } from './master-recording.ts';
import { runActivity } from './run-activity.ts';

export interface BatchRef {
  readonly tenant: string;
  readonly batchId: string;
}

export interface OpenedBatch {
  readonly name: string;
  readonly state: BatchState;
  readonly language: string;
  readonly check: boolean;
  /** Engines that still have something to speak. */
  readonly engines: readonly string[];
  readonly counts: ItemCounts;
}

/** An item as the workflow carries it. */
export interface WorkItem extends SpeechSpec {
  readonly line: number;
  readonly key: string;
  readonly hash: string;
  /** Where its speech goes until it is mastered. */
  readonly blobKey: string;
  /** Of a message that is filled in call by call: what is recorded of it is spoken part by part. */
  readonly parts?: readonly WorkPart[] | undefined;
}

export interface WorkPart extends MessagePart {
  /** Where its speech goes; unset where it has slots. */
  readonly blobKey?: string | undefined;
}

export interface ItemPageInput extends BatchRef {
  readonly engine: string;
  readonly after: number;
  readonly limit: number;
}

export interface WorkPage {
  readonly items: readonly WorkItem[];
  /** Items whose speech was there already. */
  readonly reused: number;
  /** Where the next page begins; unset at the end. */
  readonly next?: number | undefined;
}

export interface KeepMessageInput extends BatchRef {
  readonly item: WorkItem;
  readonly workMs?: number | undefined;
  readonly heard?: string | undefined;
  readonly wordErrorRate?: number | undefined;
  readonly parts?: readonly KeptPart[] | undefined;
}

export interface JoinPartsInput {
  readonly blobKey: string;
  readonly parts: readonly WorkPart[];
}

export interface FailItemInput extends BatchRef {
  readonly line: number;
  readonly code: string;
  readonly message: string;
}

/** A recording of a person, in the blob store. */
export interface RecordingInput {
  readonly tenant: string;
  readonly key: string;
  /** A WAV file of any rate; removed once it is mastered. */
  readonly blobKey: string;
  readonly hash: string;
  /** What is said in it; empty where that is not known. */
  readonly text: string;
  /** Who speaks. */
  readonly voice: string;
  readonly language: string;
  readonly tags: readonly string[];
  readonly loudnessLufs: number;
  readonly approvedBy?: string | undefined;
  readonly heard?: string | undefined;
  readonly wordErrorRate?: number | undefined;
}

export interface KeptRecording {
  readonly version: number;
  /** False where it was the newest version already. */
  readonly added: boolean;
}

export interface CreateBatchInput extends ScheduledBatch {
  readonly batchId: string;
}

export interface MessageRecordActivities {
  /** Reads the file of a scheduled batch, checks its rows and keeps them. */
  createBatch(input: CreateBatchInput): Promise<void>;
  openBatch(ref: BatchRef): Promise<OpenedBatch>;
  batchItems(input: ItemPageInput): Promise<WorkPage>;
  /** Makes one sound of what was spoken in parts. @returns where in it each lies. */
  joinParts(input: JoinPartsInput): Promise<{ readonly parts: readonly KeptPart[] }>;
  /** Masters what was spoken and makes it a version of its message. */
  keepMessage(input: KeepMessageInput): Promise<void>;
  keepRecording(input: RecordingInput): Promise<KeptRecording>;
  failItem(input: FailItemInput): Promise<void>;
  setBatchState(input: BatchRef & { readonly state: BatchState }): Promise<void>;
}

/** Silence between recorded parts, where the words of a call come in. */
const partPauseMs = 400;

export function createMessageRecords(deps: {
  readonly db: Database;
  readonly blobs: BlobStore;
  readonly mastering: Pick<Mastering, 'master'>;
  readonly catalogue: VoiceCatalogue;
  /** How many workers ask for tasks of a queue. */
  readonly workersOf: (taskQueue: string) => Promise<number>;
  /** A message of a batch is done, one way or another. */
  readonly itemSettled?: ((result: 'created' | 'reused' | 'failed') => void) | undefined;
}): MessageRecordActivities {
  const { db, blobs, mastering, catalogue, workersOf, itemSettled } = deps;

  async function known({ tenant, batchId }: BatchRef): Promise<BatchRow> {
    const batch = await findBatch(db, tenant, batchId);
    if (!batch) throw new VoicebotError('not-found', `There is no batch '${batchId}'.`);
    return batch;
  }

  const workItem = ({ tenant, line, key, hash, engine, voice, speed, text }: ItemRow, slots: readonly string[]): WorkItem => ({
    ...{ line, key, hash, engine, voice, speed, text },
    blobKey: rawSpeechKey(tenant, hash),
    ...(placesIn(text, slots).length > 0 && {
      parts: partsOf(text, slots).map((part, i) => ({
        ...part,
        ...(part.slots.length === 0 && { blobKey: rawSpeechKey(tenant, hash, i) }),
      })),
    }),
  });

  async function spokenAt(blobKey: string): Promise<Uint8Array> {
    const wav = await blobs.find(blobKey);
    if (!wav) throw new VoicebotError('not-found', 'The speech is not in the blob store any more.');
    return wav;
  }

  return {
    createBatch: async ({ batchId, source, format, request }) => {
      await runActivity(async () => {
        const file = await blobs.find(source);
        if (!file) {
          throw new VoicebotError('not-found', `The file '${source}' is not in the blob store.`, {
            hint: 'Put it there, or change the schedule.',
          });
        }
        const outlook = await engineOutlooks(db, catalogue, workersOf);
        await newBatch(db, { ...request, id: batchId }, readBatchFile(file, format), { catalogue, outlook });
        return {};
      });
    },
    openBatch: async (ref) => {
      const { name, state, language, check } = await known(ref);
      const { tenant, batchId } = ref;
      return {
        ...{ name, state, language, check },
        engines: await pendingEngines(db, tenant, batchId),
        counts: await itemCounts(db, tenant, batchId),
      };
    },
    batchItems: async ({ engine, after, limit, ...ref }) => {
      const batch = await known(ref);
      const { items, reused, next } = await nextItems(db, batch, { engine, after, limit });
      return { items: items.map((item) => workItem(item, batch.slots)), reused, next };
    },
    joinParts: ({ blobKey, parts }) =>
      runActivity(async () => {
        const recorded = parts.filter((part) => part.blobKey !== undefined);
        const wavs = await Promise.all(recorded.map((part) => spokenAt(part.blobKey as string)));
        const { wav, stretches } = joinWavs(wavs, partPauseMs);
        await blobs.put(blobKey, wav, 'audio/wav');
        return { parts: parts.map(({ text, slots, blobKey: key }) => ({ text, slots, ...(key && stretches.shift()) })) };
      }),
    keepMessage: async (input) => {
      await runActivity(async (signal) => {
        const { tenant, item, workMs, heard, wordErrorRate, parts } = input;
        const batch = await known(input);
        const wav = await blobs.find(item.blobKey);
        if (wav) {
          const spec = { ...item, tenant, heard, wordErrorRate, workMs, parts };
          const made = await masterRecording(wav, spec, { blobs, mastering, loudnessLufs: batch.loudnessLufs, signal });
          await settleItem(db, batch, item, 'created', made);
          itemSettled?.('created');
          await blobs.delete(item.blobKey);
          for (const part of item.parts ?? []) if (part.blobKey) await blobs.delete(part.blobKey);
        } else if (await findRendering(db, tenant, item.hash)) {
          // An attempt before this one came as far, or another batch that says the same.
          await settleItem(db, batch, item, 'reused');
          itemSettled?.('reused');
        } else {
          throw new VoicebotError('not-found', 'The speech is not in the blob store any more.');
        }
        return {};
      });
    },
    keepRecording: async (input) =>
      runActivity(async (signal) => {
        const { blobKey, loudnessLufs, ...about } = input;
        const wav = await blobs.find(blobKey);
        if (!wav && !(await findRendering(db, about.tenant, about.hash))) {
          throw new VoicebotError('not-found', 'The recording is not in the blob store any more.');
        }
        const spec = { ...about, engine: recordedEngine, speed: 1 };
        const made = wav && (await masterRecording(wav, spec, { blobs, mastering, loudnessLufs, signal }));
        const kept = await addMessage(db, about, made);
        await blobs.delete(blobKey);
        return kept;
      }),
    failItem: async (input) => {
      await failItem(db, input);
      itemSettled?.('failed');
    },
    setBatchState: ({ tenant, batchId, state }) => setBatchState(db, tenant, batchId, state),
  };
}
