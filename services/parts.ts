import type { PayloadCodec } from '@temporalio/common';
import type { NativeConnection } from '@temporalio/worker';
import type { Assistants } from '../activities/assistants.ts';
import type { SpeechQueue } from '../activities/speech-queue.ts';
import type { Understanding } from '../activities/understanding.ts';
import type { Config } from '../config/schema.ts';
import type { BlobStore } from '../db/blobs.ts';
import type { Database } from '../db/open.ts';
import type { SpeechStore } from '../db/speech.ts';
import type { AssistantSource } from '../domain/assistant/source.ts';
import type { Sealer } from '../media/sealed.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Engines, ServicePart } from './engines.ts';

export interface WorkerDependencies {
  readonly config: Config;
  readonly connection: NativeConnection;
  readonly engines: Engines;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Seals and opens what callers tell in confidence. */
  readonly sealer: Sealer;
  /** What payloads pass through. */
  readonly codec?: PayloadCodec | undefined;
  /** When the engines of a queue are loaded. */
  readonly warm: ReadonlyMap<ServicePart, Promise<void>>;
  /** What serves tenants that have deployed none of their own. */
  readonly assistant: AssistantSource;
  /** Needed by the queues `cache`, `bank` and `records`. */
  readonly db?: Database | undefined;
  /** Needed by the queues `stt`, `tts` and `records`. */
  readonly blobs?: BlobStore | undefined;
}

/** Speech that was made, and what is still to be made. */
export interface Speech {
  readonly store: SpeechStore;
  readonly queue: SpeechQueue;
}

/** What the queues of one process share. */
export interface Parts extends WorkerDependencies {
  readonly assistants?: Assistants | undefined;
  readonly understanding?: Understanding | undefined;
  readonly speech?: Speech | undefined;
}

/** @param what is missing where the value is, as in "a database". */
export function needed<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`A queue of this process needs ${what}.`);
  return value;
}
