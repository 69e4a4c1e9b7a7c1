import { amplified, fromPcm16, toPcm16 } from '../audio/pcm.ts';
import { resample } from '../audio/resample.ts';
import { decodeWav } from '../audio/wav.ts';
import type { SpeechStyle } from '../domain/call.ts';
import { VoicebotError } from '../domain/errors.ts';
import type { KeptPart } from '../domain/messages/parts.ts';
import { fillTemplate, place } from '../domain/messages/template.ts';
import type { VoiceEngineId } from '../domain/voices/engine.ts';

export interface FilledMessage {
  readonly engine: string;
  readonly voice: string;
  readonly speed: number;
  readonly parts: readonly KeptPart[];
  readonly gainDb: number;
  /** What is recorded of it, as a WAV file. */
  readonly recorded: Uint8Array;
}

export type Speak = (text: string, style: SpeechStyle) => Promise<{ readonly pcm: Uint8Array; readonly sampleRateHz: number }>;

/** More than an amount, a date or a name is no value. */
export const maxValueCharacters = 200;

/**
 * A message with values in its slots, in one voice: its recorded parts, and the others spoken now.
 * @returns PCM16 mono. @throws VoicebotError `invalid-request` for a slot without a value.
 */
export async function speakFilled(
  { engine, voice, speed, parts, gainDb, recorded }: FilledMessage,
  values: Readonly<Record<string, string>>,
  speak: Speak,
): Promise<{ readonly pcm: Uint8Array; readonly sampleRateHz: number }> {
  const missing = new Set(parts.flatMap(({ text, slots }) => (slots.length > 0 ? fillTemplate(text, values).missing : [])));
  if (missing.size > 0) {
    throw new VoicebotError('invalid-request', `There is no value for ${[...missing].map(place).join(', ')}.`, {
      hint: 'The message is filled when it is played: give each of its slots a value.',
    });
  }
  const { samples, sampleRateHz } = decodeWav(recorded, Number.POSITIVE_INFINITY);
  const at = (ms = 0) => Math.round((ms / 1000) * sampleRateHz);
  const sounds: Uint8Array[] = [];
  for (const { text, slots, startMs, endMs } of parts) {
    if (slots.length === 0) {
      sounds.push(toPcm16(samples.subarray(at(startMs), at(endMs))));
      continue;
    }
    const spoken = await speak(fillTemplate(text, values).text, { engine: engine as VoiceEngineId, voice, speed });
    const sound = { samples: fromPcm16(spoken.pcm), sampleRateHz: spoken.sampleRateHz };
    const level = amplified(new Int16Array(toPcm16(await resample(sound, sampleRateHz)).buffer), gainDb);
    sounds.push(new Uint8Array(level.buffer));
  }
  return { pcm: Buffer.concat(sounds), sampleRateHz };
}
