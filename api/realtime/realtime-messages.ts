import { z } from 'zod';

/**
 * The part of the OpenAI Realtime protocol that is spoken here. Source: OpenAI's API reference, "Realtime client events" and "Realtime
 * server events".
 */
const audioFormat = z.union([
  z.object({ type: z.literal('audio/pcm'), rate: z.literal(24000).default(24000) }),
  z.object({ type: z.literal('audio/pcmu') }),
]);

const turnDetection = z
  .object({ type: z.enum(['server_vad', 'semantic_vad']) })
  .loose()
  .nullable();

export const sessionUpdate = z.object({
  type: z.literal('realtime').default('realtime'),
  audio: z
    .object({
      input: z.object({ format: audioFormat.optional(), turn_detection: turnDetection.optional() }).loose().optional(),
      output: z
        .object({
          format: audioFormat.optional(),
          voice: z.string().optional(),
          speed: z.number().min(0.5).max(2).optional(),
        })
        .loose()
        .optional(),
    })
    .optional(),
});

const eventId = { event_id: z.string().optional() };

export const realtimeMessage = z.discriminatedUnion('type', [
  z.object({ ...eventId, type: z.literal('session.update'), session: sessionUpdate.loose() }),
  z.object({ ...eventId, type: z.literal('input_audio_buffer.append'), audio: z.base64() }),
  z.object({ ...eventId, type: z.literal('input_audio_buffer.commit') }),
  z.object({ ...eventId, type: z.literal('input_audio_buffer.clear') }),
  z.object({ ...eventId, type: z.literal('response.create') }).loose(),
  z.object({ ...eventId, type: z.literal('response.cancel') }).loose(),
  z.object({ ...eventId, type: z.literal('conversation.item.truncate') }).loose(),
]);

export type RealtimeMessage = z.infer<typeof realtimeMessage>;
export type RealtimeAudioFormat = z.infer<typeof audioFormat>;

/** What is spoken, for the documentation. */
export const realtimeSupport: readonly (readonly [event: string, support: string])[] = [
  [
    'session.update',
    'audio formats `audio/pcm` (24 kHz) and `audio/pcmu`, voice, speed, `turn_detection` (VAD or null); other fields are accepted and not used',
  ],
  ['input_audio_buffer.append', 'yes; with VAD at most 5 s ahead of real time'],
  ['input_audio_buffer.commit, .clear', 'with `turn_detection: null`'],
  ['response.create', 'with `turn_detection: null`, after a commit; with VAD replies come by themselves'],
  ['response.cancel', 'yes: the reply stops, and only what was heard is remembered'],
  ['conversation.item.truncate', 'accepted; the server knows what was played'],
  ['conversation.item.create, .delete, tools, text and image input', 'no: an `error` event says so'],
  ['session.created, session.updated', 'sent'],
  ['input_audio_buffer.speech_started, .speech_stopped, .committed, .cleared', 'sent'],
  ['conversation.item.input_audio_transcription.completed', 'sent'],
  [
    'response.created, .output_audio.delta, .output_audio.done, .output_audio_transcript.delta, .done, response.done',
    'sent; audio with VAD is paced to real time',
  ],
];
