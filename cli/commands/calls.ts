import { writeFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { VoicebotError } from '../../domain/errors.ts';
import { type ApiClient, ApiProblem, jsonRequest, type Session } from '../api-client.ts';
import { type ApiOptions, clientOf, withApi } from '../api-command.ts';
import { print } from '../output.ts';
import { readInput } from './speech.ts';

interface StartOptions extends ApiOptions {
  readonly sessionId: string;
  readonly phone?: string;
  readonly customerId?: string;
  readonly text?: string;
  readonly wav?: string;
  readonly input?: string;
  readonly mic?: boolean;
  readonly output?: string;
}

interface WrittenTurn {
  readonly turn: number;
  readonly status: string;
  readonly transcript: string;
  readonly reply: string;
  readonly source: string;
}

export function addCallCommands(program: Command): void {
  withApi(program.command('start-call'))
    .requiredOption('--session-id <id>', 'id of the session')
    .option('--phone <number>', 'where the call comes from; only a hash is kept')
    .option('--customer-id <id>', 'whose call it is; only a hash is kept')
    .addOption(new Option('--domain <domain>', 'what it is about').choices(['banking']).default('banking'))
    .option('--text <text>', 'what the caller writes')
    .option('--wav <file>', 'WAV file with what the caller says')
    .option('--mic', 'speak into the microphone; Ctrl-C hangs up')
    .addOption(new Option('--input <file>', 'as --wav').hideHelp())
    .option('--output <file>', 'WAV file for the answer, with --wav')
    .action(async (options: StartOptions) => {
      const { text, wav = options.input, mic, sessionId } = options;
      if ([text, wav, mic].filter((one) => one !== undefined).length > 1) {
        throw new VoicebotError('invalid-request', 'A caller writes, speaks by a file, or by the microphone.', {
          hint: 'Give one of --text, --wav and --mic.',
        });
      }
      const client = clientOf(options);
      const session = await begun(client, options, text !== undefined || wav !== undefined || mic === true);
      if (text !== undefined) return written(client, options, text);
      if (wav !== undefined) return spoken(client, options, wav);
      if (mic) {
        const { talk } = await import('./talk.ts');
        return talk(options);
      }
      return print(
        session,
        options.json,
        () => `Session ${sessionId} is ${session.status}. Connect audio to ${socketUrl(client, sessionId)}`,
      );
    });
}

/** The session, new; one that is there already goes on where something is said in it. */
async function begun(client: ApiClient, { sessionId, phone, customerId }: StartOptions, goOn: boolean): Promise<Session> {
  const path = `/sessions/${encodeURIComponent(sessionId)}`;
  try {
    return await client.json<Session>(path, jsonRequest('POST', { phone, customerId }));
  } catch (error) {
    if (!goOn || !(error instanceof ApiProblem) || error.code !== 'conflict') throw error;
    return client.json<Session>(path);
  }
}

async function written(client: ApiClient, { sessionId, json }: StartOptions, text: string): Promise<void> {
  const path = `/sessions/${encodeURIComponent(sessionId)}/turns`;
  const turn = await client.json<WrittenTurn>(path, jsonRequest('POST', { text }));
  print({ sessionId, ...turn }, json, () => shownTurn(turn.transcript, turn.reply, turn.source));
  if (turn.status === 'failed') process.exitCode = 1;
}

async function spoken(client: ApiClient, { sessionId, json, output }: StartOptions, file: string): Promise<void> {
  const { sayOnce } = await import('../calls/say-once.ts');
  const { wav, ...turn } = await sayOnce(socketUrl(client, sessionId), await readInput(file));
  if (output) await writeFile(output, wav);
  print({ sessionId, ...turn, output: output ?? null }, json, () =>
    shownTurn(turn.transcript, turn.reply, `${turn.source}, ${Math.round(turn.totalMs)} ms`),
  );
}

const shownTurn = (transcript: string, reply: string, about: string) =>
  `caller: ${transcript || '(nothing heard)'}\nbot:    ${reply}\n${about}`;

const socketUrl = ({ baseUrl }: ApiClient, sessionId: string): string =>
  `${baseUrl.replace(/^http/, 'ws')}/ws/${encodeURIComponent(sessionId)}`;
