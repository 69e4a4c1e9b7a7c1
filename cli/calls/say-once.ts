import { WebSocket } from 'ws';
import { VoicebotError } from '../../domain/errors.ts';
import { ApiProblem, apiKey } from '../api-client.ts';

export interface TurnResult {
  transcript: string;
  reply: string;
  source: string;
  totalMs: number;
  wav: Uint8Array;
}

/** Longest wait for an answer. */
const answerTimeoutMs = 120_000;

/** Sends one utterance and waits for transcript, reply and speech. */
export function sayOnce(url: string, wav: Uint8Array): Promise<TurnResult> {
  const key = apiKey();
  const socket = new WebSocket(`${url}?events=1`, { headers: key ? { Authorization: `Bearer ${key}` } : {} });
  const result: TurnResult = { transcript: '', reply: '', source: '', totalMs: 0, wav: new Uint8Array() };
  return new Promise<TurnResult>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new VoicebotError('timeout', `No answer came within ${answerTimeoutMs / 1000} s.`)),
      answerTimeoutMs,
    );
    socket.on('open', () => socket.send(wav));
    socket.on('error', (error) =>
      reject(
        new VoicebotError('dependency-unavailable', `${url} cannot be reached: ${error.message}`, {
          hint: 'Start the API with npm start, or give its address by --url.',
        }),
      ),
    );
    socket.on('message', (data: Buffer, binary) => {
      if (binary) {
        result.wav = data;
        return resolve(result);
      }
      const message = JSON.parse(data.toString());
      if (message.type === 'transcript') result.transcript = message.text;
      if (message.type === 'reply')
        Object.assign(result, { reply: message.text, source: message.source, totalMs: message.timings.totalMs });
      if (message.type === 'error') reject(new ApiProblem(message.problem));
    });
    socket.on('close', () => {
      clearTimeout(timer);
      reject(new VoicebotError('dependency-unavailable', 'The API closed the connection before it answered.'));
    });
  }).finally(() => socket.close());
}
