import { type Command, Option } from 'commander';
import type { VoiceEngineId } from '../../domain/voices/engine.ts';
import { type ApiOptions, clientOf, withApi } from '../api-command.ts';
import { findAudioDevices } from '../interactive/audio-devices.ts';
import { newSessionId, writtenTalk } from '../interactive/written-talk.ts';

interface TalkOptions extends ApiOptions {
  readonly sessionId?: string;
  readonly engine?: VoiceEngineId;
  readonly voice?: string;
  readonly type?: boolean;
  readonly folder?: string;
}

const engines = ['kokoro', 'nari_dia', 'zonos', 'tortoise'];

export function addTalkCommands(program: Command): void {
  withApi(program.command('talk'))
    .option('--session-id <id>', 'id of the session; a new one when unset')
    .option('--voice <name>', 'voice of the bot')
    .option('--type', 'write, even where there is a microphone')
    .action((options: TalkOptions) => talk(options));

  withApi(program.command('conversation'))
    .addOption(new Option('--engine <engine>', 'what speaks').choices(engines).default('kokoro'))
    .option('--session-id <id>', 'id of the session; a new one when unset')
    .option('--folder <folder>', 'where replies are put that no speaker plays', 'conversation')
    .option('--type', 'write, even where there is a microphone')
    .action((options: TalkOptions) => talk(options));
}

/** By microphone and speaker where the machine has them, else in writing, with replies in files where an engine is named. */
export async function talk(options: TalkOptions): Promise<void> {
  const { sessionId = newSessionId(), engine, voice, folder, json = false } = options;
  const client = clientOf(options);
  const devices = options.type ? undefined : findAudioDevices();
  if (!devices) {
    const spoken = engine && folder ? { folder, engine } : undefined;
    return writtenTalk({ client, sessionId, json, spoken });
  }
  const { liveTalk } = await import('../interactive/live-talk.ts');
  // The live engine is what speaks where none is named.
  return liveTalk({
    client,
    sessionId,
    devices,
    json,
    voice,
    engine: engine === ('kokoro' as VoiceEngineId) ? undefined : engine,
  });
}
