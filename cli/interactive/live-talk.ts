import { LiveClient, type LiveEvent } from '../../client/live-client.ts';
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

/** A call by microphone and speaker, until either side hangs up. */
export async function liveTalk({ client, sessionId, devices, json, engine, voice }: LiveTalkOptions): Promise<void> {
  const stopping = interrupted();
  let player = startPlayer(devices.player);
  const live = await LiveClient.connect({
    ...{ baseUrl: client.baseUrl, sessionId, token: apiKey(), engine, voice },
    format: { encoding: 'pcm16', sampleRateHz: deviceRateHz },
    onAudio: (bytes) => player.stdin.writable && player.stdin.write(bytes),
    onEvent: (event) => {
      if (event.type === 'interrupted') {
        // What the player still holds is not to be heard.
        player.kill();
        player = startPlayer(devices.player);
      }
      const line = json ? JSON.stringify(event) : lineOf(event);
      if (line !== undefined) say(line);
    },
  });
  if (!json) say(dim(`Session ${sessionId}. Speak; Ctrl-C hangs up.`));
  const recorder = startRecorder(devices.recorder);
  recorder.stdout.on('data', (bytes: Buffer) => {
    if (live.socket.readyState === 1) live.sendAudio(bytes);
  });
  stopping.addEventListener('abort', () => live.hangUp(), { once: true });
  try {
    await live.closed;
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
