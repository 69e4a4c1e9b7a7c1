import { VoicebotError } from '../domain/errors.ts';
import type { Answer, Caller } from './rehearse.ts';

/** A caller who writes: `POST /sessions/{id}/turns`. */
export async function writtenCaller(apiUrl: string, sessionId: string): Promise<Caller> {
  await ask(`${apiUrl}/sessions/${sessionId}`, { method: 'POST' });
  return {
    say: async (text) =>
      (await ask(`${apiUrl}/sessions/${sessionId}/turns`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ text }),
      })) as Answer,
    leave: async () => void (await ask(`${apiUrl}/sessions/${sessionId}`, { method: 'DELETE' }).catch(() => undefined)),
  };
}

async function ask(url: string, init: RequestInit): Promise<unknown> {
  const response = await fetch(url, init);
  if (response.ok) return response.json();
  throw new VoicebotError(
    'dependency-unavailable',
    `${init.method} ${url} answered ${response.status}: ${await response.text()}`,
  );
}
