import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRecordsActivities, type KeepAudioInput } from '../../activities/records.ts';
import type { Recording } from '../../db/blobs.ts';
import { openBlobs } from '../../db/blobs.ts';
import type { Database } from '../../db/open.ts';
import { inTenant } from '../../db/scope.ts';
import type { TurnPipes } from '../../media/hub.ts';
import { speechPiece } from '../../media/speech-frames.ts';
import { type MediaServer, startMediaServer } from '../support/media-server.ts';

const rateHz = 24_000;
/** PCM16 of so many milliseconds. */
const sound = (ms: number) => new Uint8Array(2 * (ms / 1000) * rateHz).fill(1);

let folder: string;
let server: MediaServer;
let turn: TurnPipes;
let records: ReturnType<typeof createRecordsActivities>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'voicebot-kept-audio-'));
  server = await startMediaServer();
  const blobs = await openBlobs({ dataDir: folder });
  records = createRecordsActivities({ db: undefined as unknown as Database, blobs, spokenRateHz: rateHz });
});
beforeEach(() => {
  turn = server.hub.openTurn();
  turn.pipes.heard.write(new Uint8Array(2 * 16_000));
  turn.pipes.heard.end();
});
afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
});

async function kept(more: Partial<KeepAudioInput> = {}): Promise<Record<string, number>> {
  const run = () =>
    new MockActivityEnvironment().run<[KeepAudioInput], Recording[], typeof records.keepAudio>(records.keepAudio, {
      ...{ sessionId: 'kept', turn: 1, media: turn.media, heardOnly: false },
      ...more,
    });
  const stored = await inTenant('default', run);
  return Object.fromEntries(stored.map(({ kind, durationMs }) => [kind, durationMs]));
}

describe('the audio of a turn that is kept', () => {
  it('is all that was said and heard', async () => {
    turn.pipes.spoken.write(speechPiece('One.', sound(800)));
    turn.pipes.spoken.write(speechPiece('Two.', sound(700)));
    turn.pipes.spoken.end();
    expect(await kept()).toEqual({ heard: 1000, spoken: 1500 });
  });

  it('of a reply that was interrupted is what the caller heard, though its pipe never ends', async () => {
    turn.pipes.spoken.write(speechPiece('One.', sound(800)));
    turn.pipes.spoken.write(speechPiece('Two.', sound(700)));
    expect(await kept({ playedMs: 1_000 })).toEqual({ heard: 1000, spoken: 1000 });
  });

  it('has no reply where nothing of it was heard', async () => {
    expect(await kept({ playedMs: 0 })).toEqual({ heard: 1000 });
  });
});
