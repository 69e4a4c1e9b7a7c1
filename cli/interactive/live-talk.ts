import { LiveClient, type LiveClientOptions, type LiveEvent } from '../../client/live-client.ts';
import { isFinal, reconnect } from '../../client/reconnect.ts';
import type { VoiceEngineId } from '../../domain/voices/engine.ts';
import { type ApiClient, apiKey } from '../api-client.ts';
import { interrupted } from '../interrupted.ts';
import { bold, dim, red, yellow } from '../terminal/colours.ts';
import { waterfall } from '../terminal/waterfall.ts';
import { type AudioDevices, deviceRateHz, startPlayer, startRecorder } from './audio-devices.ts';

export interface LiveTalkOptions {
  readonly client: ApiClient;
  readonly sessionId: string;
  readonly devices: AudioDevices;
  readonly json: boolean;
  readonly engine?: VoiceEngineId | undefined;
  readonly voice?: string | undefined;
}

const say = (line: string) => process.stdout.write(`${line}\n`);

/** A call by microphone and speaker, until either side hangs up. Where the line breaks, as when the service is deployed anew, it connects again. */
export async function liveTalk({ client, sessionId, devices, json, engine, voice }: LiveTalkOptions): Promise<void> {
  const stopping = interrupted();
  let player = startPlayer(devices.player);
  /** What the player still holds is not to be heard. */
  const dropAudio = () => {
    player.kill();
    player = startPlayer(devices.player);
  };
  const connect = (more?: Pick<LiveClientOptions, 'greet' | 'heard'>): Promise<LiveClient> =>
    LiveClient.connect({
      ...{ baseUrl: client.baseUrl, sessionId, token: apiKey(), engine, voice, ...more },
      format: { encoding: 'pcm16', sampleRateHz: deviceRateHz },
      onAudio: (bytes) => player.stdin.writable && player.stdin.write(bytes),
      onEvent: (event) => {
        if (event.type === 'interrupted') dropAudio();
        const line = json ? JSON.stringify(event) : lineOf(event);
        if (line !== undefined) say(line);
      },
    });
  let live: LiveClient | undefined = await connect();
  if (!json) say(dim(`Session ${sessionId}. Speak; Ctrl-C hangs up.`));
  const recorder = startRecorder(devices.recorder);
  recorder.stdout.on('data', (bytes: Buffer) => {
    if (live?.isOpen) live.sendAudio(bytes);
  });
  stopping.addEventListener('abort', () => live?.isOpen && live.hangUp(), { once: true });
  try {
    while (live) {
      const before: LiveClient = live;
      const closed = await before.closed;
      if (isFinal(closed) || stopping.aborted) return;
      dropAudio();
      if (!json) say(dim('The line broke; connecting again.'));
      live = await reconnect(
        () => connect({ greet: false, heard: before.heard }),
        () => !stopping.aborted,
      );
    }
  } finally {
    recorder.kill();
    player.stdin.end();
  }
}

function lineOf(event: LiveEvent): string | undefined {
  switch (event.type) {
    case 'transcript.final':
      return `${bold('you')}  ${event.text}`;
    case 'reply.text':
      return `${bold('bot')}  ${event.text}`;
    case 'interrupted':
      return yellow('     (interrupted)');
    case 'turn.metrics':
      return [
        dim(`     ${event.source}, ${Math.round(event.voiceToVoiceMs)} ms from your last word to the first of the bot`),
        waterfall([
          { name: 'end of turn', ms: event.endpointingMs },
          { name: 'speech to text', ms: event.transcribeMs },
          { name: 'look-up', ms: event.lookupMs ?? 0 },
          { name: 'thinking', ms: event.thinkMs ?? 0 },
          { name: 'voice', ms: event.speakMs ?? 0 },
          { name: 'Temporal', ms: event.temporalMs ?? 0 },
          { name: 'waited for you', ms: event.releaseMs },
        ]),
      ].join('\n');
    case 'error':
      return red(`     ${event.problem.detail}`);
    case 'call.ended':
      return dim(`The call has ended (${event.reason}).`);
    default:
      return undefined;
  }
}
