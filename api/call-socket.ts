import type { WSContext, WSEvents } from 'hono/ws';
import type { WebSocket } from 'ws';
import { z } from 'zod';
import { encodeWav } from '../audio/wav.ts';
import type { TurnOutcome } from '../domain/call.ts';
import { isVoicebotError, messageOf, VoicebotError } from '../domain/errors.ts';
import { audioOf } from '../media/speech-frames.ts';
import type { Logger } from '../telemetry/logger.ts';
import { toHeardAudio } from './audio-input.ts';
import type { OpenedCall } from './calls.ts';
import type { Connection, Connections } from './connections.ts';
import type { LiveDependencies } from './live/live-setup.ts';
import { LiveSocket } from './live/live-socket.ts';
import { dtmfMessage, hangupMessage, type StartMessage, startMessage } from './live/protocol.ts';
import { problemOf } from './problem.ts';
import { refuseSocket } from './refused-socket.ts';

/** Utterances that may wait while a turn runs; a caller who sends more is not listening. */
const maxWaiting = 4;

/** Text messages that a client may send. */
const commandSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('configure'),
    /** Ask for JSON messages with transcript and reply. */
    events: z.boolean().optional(),
    voice: z.string().optional(),
    speed: z.number().min(0.5).max(2).optional(),
  }),
  startMessage,
  dtmfMessage,
  hangupMessage,
]);

/** JSON messages to clients that asked for them; errors go to every client. */
export type SocketEvent =
  | { readonly type: 'transcript'; readonly turn: number; readonly text: string; readonly language: string }
  | {
      readonly type: 'reply';
      readonly turn: number;
      readonly text: string;
      readonly source: string;
      /** Articles that it rests on. */
      readonly citations: readonly string[];
      /** Digits that the bot waits for now. */
      readonly expectedDigits?: number | undefined;
      readonly timings: TurnOutcome['timings'];
    }
  | { readonly type: 'error'; readonly turn?: number; readonly problem: ReturnType<typeof problemOf> };

export interface CallSocketOptions {
  readonly sessionId: string;
  readonly opened: OpenedCall;
  readonly events: boolean;
  readonly live: LiveDependencies;
  readonly maxAudioSeconds: number;
  readonly logger: Logger;
  readonly connections: Connections;
  /** Counts a turn. @throws VoicebotError `limit-reached`. */
  readonly countTurn: () => Promise<void>;
}

/**
 * One caller's socket. After a `start` message it carries a live call; without one, a binary WAV message in gives a binary WAV
 * message out, one turn after the other.
 */
export function callSocket(options: CallSocketOptions): WSEvents {
  const { sessionId, maxAudioSeconds, logger, connections } = options;
  const { calls, voiceRateHz } = options.live;
  const prompts = options.live.prompts.of(options.opened.tenant);
  let turn = options.opened.lastTurn;
  /** Whether the call has taken the last turn is not known. */
  let inDoubt = false;
  let events = options.events;
  let style: { voice?: string | undefined; speed?: number | undefined } = {};
  let waiting = 0;
  let closed = false;
  let release: (() => void) | undefined;
  let live: LiveSocket | undefined;
  let starting = false;
  let order: Promise<void> = Promise.resolve();

  const send = (ws: WSContext, message: SocketEvent) => {
    if (!closed) ws.send(JSON.stringify(message));
  };
  const fail = (ws: WSContext, error: unknown, number?: number) => {
    const problem = problemOf(error);
    if (problem.code === 'internal') logger.error({ sessionId, err: error }, 'turn failed');
    send(ws, { type: 'error', ...(number === undefined ? {} : { turn: number }), problem });
  };

  async function runTurn(ws: WSContext, wav: Uint8Array): Promise<void> {
    await options.countTurn();
    const { pcm } = await toHeardAudio(wav, maxAudioSeconds);
    const { outcome, made } = await take(pcm).catch((error) => {
      inDoubt = true;
      throw error;
    });
    turn = outcome.turn;
    const { transcript, language, reply, source, citations = [], expectedDigits, timings, error, status } = outcome;
    if (events) {
      send(ws, { type: 'transcript', turn, text: transcript, language });
      send(ws, { type: 'reply', turn, text: reply, source, citations, expectedDigits, timings });
    }
    if (error) {
      const failure = new VoicebotError('engine-failed', `The ${error.step} step failed (${error.code}): ${error.message}`);
      apologise(ws, failure, Buffer.concat([made, await prompts.speech('apology')]), turn);
    } else speak(ws, await heard(outcome, made));
    logger.info({ sessionId, turn, source, status, totalMs: timings.totalMs }, 'turn');
  }

  async function take(pcm: Uint8Array): Promise<{ readonly outcome: TurnOutcome; readonly made: Uint8Array }> {
    if (inDoubt) turn = (await calls.state(sessionId)).lastTurn;
    inDoubt = false;
    const running = calls.turns.take(sessionId, turn + 1, pcm, style);
    const [outcome, spoken] = await Promise.allSettled([running.outcome, collectSpeech(running.pipes.pipes.spoken.read())]);
    if (outcome.status === 'rejected') throw outcome.reason;
    return { outcome: outcome.value, made: spoken.status === 'fulfilled' ? spoken.value : Buffer.alloc(0) };
  }

  /** A client that knows WAV messages only gets one message for one: the spoken apology, or the error where there is none. */
  function apologise(ws: WSContext, error: unknown, apology: Uint8Array, number?: number): void {
    if (events || apology.length === 0) fail(ws, error, number);
    speak(ws, apology);
  }

  function speak(ws: WSContext, speech: Uint8Array): void {
    if (speech.length > 0 && !closed) ws.send(encodeWav(speech, voiceRateHz) as Uint8Array<ArrayBuffer>);
  }

  /** The reply as speech; made now where workers could not reach this process and the turn was answered as if nobody were here. */
  async function heard({ unheard, reply }: TurnOutcome, made: Uint8Array): Promise<Uint8Array> {
    if (!unheard) return made;
    const said = await calls.steps.speak(reply, style).catch(() => undefined);
    return said?.pcm ?? prompts.speech('apology');
  }

  async function start(ws: WSContext, message: StartMessage): Promise<void> {
    if (starting || waiting > 0) {
      throw new VoicebotError('conflict', starting ? 'The call has started already.' : 'An utterance is being answered.');
    }
    starting = true;
    live = await LiveSocket.start(ws, options.live, { ...options.opened, sessionId, lastTurn: turn }, message);
    if (closed) await live.close();
  }

  function binary(ws: WSContext, bytes: Uint8Array): void {
    if (!starting) return enqueue(ws, bytes);
    try {
      // Audio before `call.started` is nobody's.
      live?.audio(bytes);
    } catch (error) {
      fail(ws, error);
      if (problemOf(error).code === 'limit-reached') refuseSocket(ws, error);
    }
  }

  function enqueue(ws: WSContext, wav: Uint8Array): void {
    if (waiting > maxWaiting) {
      return fail(
        ws,
        new VoicebotError('limit-reached', `${maxWaiting} utterances wait already; this one was not taken.`, {
          hint: 'Wait for the answer before the next one.',
        }),
      );
    }
    waiting++;
    order = order
      .then(() => runTurn(ws, wav))
      .catch((error) => {
        // "Say that again" is no help where it cannot help.
        const mayPass = isVoicebotError(error) && error.retryable;
        apologise(ws, error, (mayPass && prompts.known('apology')) || new Uint8Array());
      })
      .finally(() => {
        waiting--;
      });
  }

  function command(ws: WSContext, text: string): void {
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch {
      return fail(ws, new VoicebotError('invalid-request', 'A text message must be JSON; audio goes into binary messages.'));
    }
    const result = commandSchema.safeParse(parsed);
    if (!result.success) {
      return fail(
        ws,
        new VoicebotError(
          'invalid-request',
          `The message is not valid: ${result.error.issues.map((i) => `${i.path.join('.') || 'type'}: ${i.message}`).join('; ')}`,
          { hint: 'Messages: start, configure, dtmf, hangup.' },
        ),
      );
    }
    if (result.data.type === 'start') {
      start(ws, result.data).catch((error) => fail(ws, error));
      return;
    }
    if (result.data.type === 'dtmf') {
      if (live) return live.dtmf(result.data.digit);
      return fail(ws, new VoicebotError('invalid-request', 'Keys belong to a live call.', { hint: 'Send start first.' }));
    }
    if (result.data.type === 'hangup') {
      if (live) return void live.hangUp();
      order = order
        .then(() => calls.end(sessionId))
        .then(
          () => ws.close(1000, 'The call has ended.'),
          (error) => fail(ws, error),
        );
      return;
    }
    const { events: wanted, type: _, ...chosen } = result.data;
    if (wanted !== undefined) events = wanted;
    style = { ...style, ...chosen };
  }

  return {
    onOpen(_event, ws) {
      try {
        // Two that connect at the same moment both come this far; the second one goes.
        release = connections.claim(sessionId, connectionOf(ws));
      } catch (error) {
        refuseSocket(ws, error);
      }
    },
    onMessage(event, ws) {
      if (!release) return;
      if (typeof event.data === 'string') command(ws, event.data);
      else if (event.data instanceof ArrayBuffer) binary(ws, new Uint8Array(event.data));
      else fail(ws, new VoicebotError('invalid-request', 'This kind of message is not supported.'));
    },
    onClose() {
      // A turn under way goes on in its workflow: the transcript and the answer are kept.
      closed = true;
      if (release) void Promise.allSettled([order, live?.close()]).then(release);
    },
    onError(event) {
      logger.warn({ sessionId, error: messageOf((event as { error?: unknown }).error) }, 'socket error');
    },
  };
}

function connectionOf(ws: WSContext): Connection {
  const raw = ws.raw as WebSocket;
  return {
    ping: () =>
      new Promise((resolve) => {
        raw.once('pong', () => resolve());
        raw.ping();
      }),
    terminate: () => raw.terminate(),
  };
}

async function collectSpeech(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of audioOf(stream)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
