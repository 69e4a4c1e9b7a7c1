import { toMuLaw } from '../audio/mulaw.ts';
import { decodeWav, encodeMuLawWav, encodeWav } from '../audio/wav.ts';
import type { BlobStore } from '../db/blobs.ts';
import { clauseHashes, textHash } from '../db/message-recordings.ts';
import { type NewRendering, renditionKey } from '../db/renderings.ts';
import type { SpeechSpec } from '../domain/messages/batch-item.ts';
import { type Rendition, renditionTypes } from '../domain/messages/message.ts';
import { type KeptPart, recordedText } from '../domain/messages/parts.ts';
import { findingsOf } from '../domain/messages/quality.ts';
import type { Mastering } from '../engines/mastering/mastering.ts';
import { masterRateHz, narrowRateHz } from '../engines/mastering/thread-types.ts';

export interface RecordingSpec extends SpeechSpec {
  readonly tenant: string;
  readonly hash: string;
  readonly heard?: string | undefined;
  readonly wordErrorRate?: number | undefined;
  readonly workMs?: number | undefined;
  /** Of a message that is filled in call by call. */
  readonly parts?: readonly KeptPart[] | undefined;
}

export interface MasterTools {
  readonly blobs: Pick<BlobStore, 'put'>;
  readonly mastering: Pick<Mastering, 'master'>;
  readonly loudnessLufs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes the renditions of a recording and stores them; doing it again stores the same. @param wav mono or more, any rate.
 * @returns the row that makes it known.
 */
export async function masterRecording(wav: Uint8Array, spec: RecordingSpec, tools: MasterTools): Promise<NewRendering> {
  const { tenant, hash, engine, voice, speed, text, heard, wordErrorRate, workMs, parts } = spec;
  const { mastering, loudnessLufs, signal, blobs } = tools;
  const sound = decodeWav(wav, Number.POSITIVE_INFINITY);
  const { samples, narrow, opus, measures, gainDb } = await mastering.master(sound, { loudnessLufs, signal });
  const pcm = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  const files: Readonly<Record<Rendition, Uint8Array>> = {
    wav: encodeWav(pcm, masterRateHz),
    opus,
    ulaw: encodeMuLawWav(toMuLaw(narrow), narrowRateHz),
  };
  for (const [rendition, bytes] of Object.entries(files) as [Rendition, Uint8Array][]) {
    await blobs.put(renditionKey(tenant, hash, rendition), bytes, renditionTypes[rendition].contentType);
  }
  const { durationMs, loudnessLufs: measured, truePeakDb } = measures;
  return {
    ...{ tenant, hash, engine, voice, speed, text, durationMs },
    textHash: textHash(text),
    loudnessLufs: measured ?? null,
    truePeakDb: truePeakDb ?? null,
    findings: findingsOf(measures, { text: parts ? recordedText(parts) : text, speed, wordErrorRate }),
    heard: heard ?? null,
    wordErrorRate: wordErrorRate ?? null,
    workMs: workMs ?? null,
    gainDb,
    ...(parts && { parts, clauseHashes: clauseHashes(recordedText(parts)) }),
  };
}
