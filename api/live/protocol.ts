import { z } from 'zod';
import { voiceEngineIds } from '../../domain/voices/engine.ts';

/** The live protocol of `WS /ws/{id}`. A change that a client must know of raises the version. */
export const protocolVersion = 1;
/** Code with which a socket is closed whose caller is to connect anew. */
export const serviceRestart = 1012;

const format = z
  .discriminatedUnion('encoding', [
    z.object({
      encoding: z.literal('pcm16').describe('16-bit signed little-endian samples, mono.'),
      sampleRateHz: z.union([z.literal(8000), z.literal(16000), z.literal(24000), z.literal(48000)]),
    }),
    z.object({ encoding: z.literal('mulaw').describe('G.711 mu-law, mono.'), sampleRateHz: z.literal(8000) }),
  ])
  .describe('How audio is sent, in both directions.');

export const startMessage = z
  .object({
    type: z.literal('start'),
    version: z.literal(protocolVersion).default(protocolVersion),
    format,
    voice: z.string().optional().describe("A voice of the engine; the service's own when unset."),
    speed: z.number().min(0.5).max(2).optional(),
    engine: z
      .enum(voiceEngineIds)
      .optional()
      .describe(
        'Speaks with an engine of quality, where a worker of it runs: slowly, with fillers. A turn may take an hour then.',
      ),
    language: z
      .string()
      .regex(/^([a-z]{2,3}|auto)$/)
      .optional()
      .describe('ISO 639-1 code of what the caller speaks, or auto.'),
    greet: z.boolean().default(false).describe('The bot speaks first.'),
    heard: z
      .object({ turn: z.number().int().min(1), text: z.string().max(10_000) })
      .optional()
      .describe(
        'After a connection that broke: the turn whose reply was played last, and the words of it that were played to their end. ' +
          'The bot goes on from there.',
      ),
  })
  .describe('Begins a live call; binary messages after it are audio in the stated format.');

export const hangupMessage = z.object({ type: z.literal('hangup') }).describe('Ends the call.');

export const dtmfMessage = z
  .object({ type: z.literal('dtmf'), digit: z.string().regex(/^[0-9*#]$/) })
  .describe(
    'A key of the telephone. While the bot waits for digits they are collected, # ends them; else 0 asks for a person, * stops the recording, and # lets it go on.',
  );

/** Text messages of a client in a live call. */
export const clientMessage = z.discriminatedUnion('type', [startMessage, dtmfMessage, hangupMessage]);

const turn = z.number().int().describe('Number of the turn, from 1.');
const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    code: z.string(),
    hint: z.string().optional(),
    retryAfterSeconds: z.number().optional(),
    instance: z.string().optional(),
  })
  .describe('Problem details (RFC 9457).');

export const serverMessages = {
  'call.started': z
    .object({ type: z.literal('call.started'), version: z.number(), sessionId: z.string(), nextTurn: turn, format })
    .describe('The call is ready for audio. A session that was there before goes on at its next turn.'),
  'speech.started': z.object({ type: z.literal('speech.started'), turn }).describe('The caller began to speak.'),
  'transcript.partial': z
    .object({ type: z.literal('transcript.partial'), turn, text: z.string() })
    .describe('What was understood so far; may still change.'),
  'transcript.final': z
    .object({ type: z.literal('transcript.final'), turn, text: z.string() })
    .describe('What the caller said in this turn.'),
  'reply.text': z
    .object({ type: z.literal('reply.text'), turn, text: z.string() })
    .describe('The words of the audio that comes now, some at a time.'),
  'reply.started': z.object({ type: z.literal('reply.started'), turn }).describe('The first audio of the reply follows.'),
  'reply.paused': z
    .object({ type: z.literal('reply.paused'), turn })
    .describe('Somebody speaks over the bot. Drop audio that was not played yet; `reply.resumed` or `interrupted` follows.'),
  'reply.resumed': z
    .object({ type: z.literal('reply.resumed'), turn })
    .describe('It was no interruption; the reply goes on where it was not heard.'),
  'reply.done': z.object({ type: z.literal('reply.done'), turn }).describe('The reply was played to its end.'),
  interrupted: z
    .object({ type: z.literal('interrupted'), turn, heardText: z.string(), playedMs: z.number() })
    .describe('The caller took the floor; of the reply only `heardText` was heard.'),
  'turn.metrics': z
    .object({
      type: z.literal('turn.metrics'),
      turn,
      source: z.string().describe('cache, model, bank, knowledge, approved, silence or apology.'),
      voiceToVoiceMs: z.number().describe("From the caller's last sound to the first audio of the reply."),
      endpointingMs: z.number().describe('Until the pause was taken for one.'),
      transcribeMs: z.number().describe('From there to the transcript.'),
      lookupMs: z.number().optional().describe('The search of the cache.'),
      thinkMs: z.number().optional().describe("Until the model's first clause."),
      speakMs: z
        .number()
        .optional()
        .describe(
          'Until the first audio of the first clause; not known of a reply that was interrupted while it was still being made.',
        ),
      temporalMs: z
        .number()
        .optional()
        .describe(
          'Workflow, task queues and pipes: from transcript to audio, less the steps themselves; not known where `speakMs` is not.',
        ),
      releaseMs: z.number().describe('How long the prepared reply waited for the caller to be done.'),
    })
    .describe('Where the time of a turn went; in milliseconds.'),
  error: z.object({ type: z.literal('error'), turn: turn.optional(), problem }).describe('What went wrong. The call goes on.'),
  'call.ended': z
    .object({ type: z.literal('call.ended'), reason: z.string().describe('hangup, goodbye, idle, transferred or timeout.') })
    .describe('The call is over; the socket closes.'),
} as const;

export type ClientMessage = z.input<typeof clientMessage>;
export type StartMessage = z.infer<typeof startMessage>;
export type AudioFormat = z.infer<typeof format>;
export type LiveEvents = { [Type in keyof typeof serverMessages]: z.infer<(typeof serverMessages)[Type]> };
export type LiveEvent = LiveEvents[keyof LiveEvents];

/** AsyncAPI 3.0 description of the protocol, from the schemas that check it. */
export function asyncApi(version: string): object {
  const schemas = { start: startMessage, dtmf: dtmfMessage, hangup: hangupMessage, ...serverMessages };
  const messages = Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [
      name,
      {
        name,
        summary: schema.description,
        contentType: 'application/json',
        payload: z.toJSONSchema(schema, { io: name in serverMessages ? 'output' : 'input', unrepresentable: 'any' }),
      },
    ]),
  );
  const audio = {
    name: 'audio',
    summary: 'Audio in the format of `start`, any number of whole samples.',
    contentType: 'application/octet-stream',
    payload: { type: 'string', format: 'binary' },
  };
  const reference = (name: string) => ({ $ref: `#/channels/call/messages/${name}` });
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Voicebot Orchestrator, live calls',
      version,
      description:
        `Version ${protocolVersion} of the live protocol. Connect to /ws/{sessionId}, send \`start\`, then audio as it comes. ` +
        'Audio comes back paced to real time. A socket that breaks is not the end of the call: connect to the same session again. ' +
        'Close codes: 1000, the call has ended; 1012, this process ends: connect again at once, and another one takes the call; ' +
        '4000 plus an HTTP status, the socket is refused for what the `error` message before it says, of which 4409, 4429 and 4503 pass. ' +
        'A process that ends refuses the handshake with 503 and `Retry-After`.',
    },
    channels: {
      call: {
        address: '/ws/{sessionId}',
        parameters: { sessionId: { description: 'Letters, digits, dot, dash and underscore; a new id makes a new session.' } },
        bindings: { ws: { bindingVersion: '0.1.0' } },
        messages: { ...messages, audio },
      },
    },
    operations: {
      caller: {
        action: 'receive',
        channel: { $ref: '#/channels/call' },
        messages: ['start', 'dtmf', 'hangup', 'audio'].map(reference),
      },
      bot: {
        action: 'send',
        channel: { $ref: '#/channels/call' },
        messages: [...Object.keys(serverMessages), 'audio'].map(reference),
      },
    },
  };
}
