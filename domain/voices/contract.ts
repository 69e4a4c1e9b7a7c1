import { z } from 'zod';
import { voiceEngineIds } from './engine.ts';

/**
 * What is asked of the workers of an engine, in TypeScript and in Python: names and types of their activities. The JSON Schema that is made of
 * this (`npm run reference`) is what the Python workers check by.
 */

const text = z.string().min(1);
const speed = z.number().min(0.1).max(4);

/** Speech that nobody waits for goes into a file. */
export const speakMessageInput = z.object({
  text,
  engine: z.string(),
  voice: z.string().min(1),
  speed,
  /** Where it goes in the blob store, as a WAV file: PCM16 mono at the engine's rate. What is there already is not spoken again. */
  blobKey: z.string().min(1),
});

export const speakMessageResult = z.object({
  durationMs: z.number().min(0),
  sampleRateHz: z.number().int().min(8_000),
  /** What it took to speak it; unset where an earlier attempt has left it in the store. */
  workMs: z.number().min(0).optional(),
});

/** Speech that a caller waits for goes through pipes. */
export const speakInput = z.object({
  /** A text that is known already … */
  text: z.string().optional(),
  /** … or the pipe it comes from, one sentence a line. */
  saidUrl: z.string().optional(),
  /** Where the speech goes, as frames of text and audio: PCM16 mono at 24 kHz. */
  spokenUrl: z.string().min(1),
  style: z
    .object({ voice: z.string().optional(), speed: speed.optional(), engine: z.enum(voiceEngineIds).optional() })
    .optional(),
});

export const speakResult = z.object({
  spokenMs: z.number().min(0),
  sampleRateHz: z.number().int().min(8_000),
  /** From the first sentence to its first audio. */
  firstAudioMs: z.number().min(0),
  /** Milliseconds: waiting for a worker, and working. */
  timing: z.object({ queueMs: z.number().min(0), workMs: z.number().min(0) }),
});

export const controlEngineInput = z.object({ engine: z.string(), wish: z.enum(['status', 'load', 'unload']) });

export const controlEngineResult = z.object({
  engine: z.string(),
  state: z.enum(['unloaded', 'loading', 'ready', 'unavailable']),
  /** Why it could not be loaded, and what it needs. */
  why: z.string().nullable(),
  /** Which engine is in the memory of this worker. */
  resident: z.string().nullable(),
  gpuMemory: z.object({ freeBytes: z.number(), totalBytes: z.number() }).nullable(),
});

export type SpeakMessageInput = z.infer<typeof speakMessageInput>;
export type SpeakMessageResult = z.infer<typeof speakMessageResult>;
export type SpeakInput = z.infer<typeof speakInput>;
export type SpeakResult = z.infer<typeof speakResult>;
export type ControlEngineInput = z.infer<typeof controlEngineInput>;
export type ControlEngineResult = z.infer<typeof controlEngineResult>;

const parts = {
  speakMessageInput,
  speakMessageResult,
  speakInput,
  speakResult,
  controlEngineInput,
  controlEngineResult,
} as const;

/** The contract as JSON Schema (2020-12), each part under `$defs`. Fields that are not named are let through: a later release may send more. */
export function voiceWorkerSchema(): object {
  const defs = Object.entries(parts).map(([name, schema]) => {
    const { $schema: _, ...definition } = z.toJSONSchema(schema, { io: 'input' });
    return [name, definition];
  });
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', $defs: Object.fromEntries(defs) };
}
