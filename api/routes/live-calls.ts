import { upgradeWebSocket } from '@hono/node-server';
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { WSContext, WSEvents } from 'hono/ws';
import type { WebSocket } from 'ws';
import type { Database } from '../../db/open.ts';
import { findSession } from '../../db/sessions.ts';
import { parseSessionId } from '../../domain/session-id.ts';
import type { MediaHub } from '../../media/hub.ts';
import { credentialOf } from '../access/guard.ts';
import type { CallService } from '../calls.ts';
import { LineHolder } from '../line-holder.ts';
import type { LiveLines, Speaker } from '../live/live-lines.ts';
import { notFound } from '../problem.ts';
import { refusedSocket } from '../refused-socket.ts';
import { json, problems, sessionIdSchema } from '../schemas.ts';
import { onlyUpgrades } from '../upgrades.ts';

/** First byte of a message of audio: whose it is. */
const speakerByte: Readonly<Record<Speaker, number>> = { caller: 0, bot: 1 };
/** A listener who does not read is not listening: some ten seconds of both. */
const maxUnreadBytes = 1_000_000;

const transfer = createRoute({
  method: 'post',
  path: '/sessions/{id}/transfer',
  tags: ['Sessions'],
  summary: 'Take a running call over to a person',
  description:
    'The bot stops speaking, and the call goes where TRANSFER_WEBHOOK_URL or the telephone system takes it, with a summary.',
  request: { params: sessionIdSchema },
  responses: {
    200: json(
      z.object({ transferred: z.boolean().openapi({ description: 'Whether somebody took it; else the bot goes on.' }) }),
      'What became of it.',
    ),
    ...problems(400, 404, 409, 503, 504),
  },
});

export interface LiveCallRouteDependencies {
  readonly db: Database;
  readonly live: { readonly lines: LiveLines };
  readonly calls: CallService;
  readonly hub: Pick<MediaHub, 'baseUrl'>;
}

/** People who listen to running calls, and take them over. */
export function addLiveCallRoutes(app: OpenAPIHono, { db, live, calls, hub }: LiveCallRouteDependencies): void {
  /** The session, and the other process that holds its line, where one does. */
  const found = async (c: Context) => {
    const id = parseSessionId(String(c.req.param('id')));
    const row = await findSession(db, id);
    if (!row) throw notFound(`There is no session '${id}'.`);
    const here = live.lines.has(id) || LineHolder.isPassedOn((name) => c.req.header(name));
    const holder = here ? undefined : await new LineHolder(calls.history, hub.baseUrl).of(id, row.tenant);
    const credential = credentialOf(c);
    return { id, holder, passedOn: { authorization: credential === undefined ? undefined : `Bearer ${credential}` } };
  };
  app.openapi(transfer, async (c) => {
    const { id, holder, passedOn } = await found(c);
    const transferred = holder ? await LineHolder.transfer(holder, id, passedOn) : await live.lines.transfer(id);
    return c.json({ transferred }, 200);
  });
  app.get(
    '/sessions/:id/listen',
    onlyUpgrades,
    upgradeWebSocket(async (c) => {
      const refusal = c.get('refusal');
      if (refusal !== undefined) return refusedSocket(refusal);
      try {
        const { id, holder, passedOn } = await found(c);
        return holder ? relayed(() => LineHolder.listen(holder, id, passedOn)) : listening(live.lines, id);
      } catch (error) {
        return refusedSocket(error);
      }
    }),
  );
}

/** What the process that holds the line tells, as it tells it. */
function relayed(connect: () => WebSocket): WSEvents {
  let other: WebSocket | undefined;
  return {
    onOpen: (_event, ws) => {
      const send = sender(ws);
      other = connect();
      other.on('message', (data: Buffer, binary) => send(binary ? new Uint8Array(data) : data.toString()));
      other.on('close', (code, reason) => ws.close(code >= 4000 || code === 1000 ? code : 1012, reason.toString()));
      other.on('error', () => undefined);
    },
    onClose: () => other?.terminate(),
  };
}

function listening(lines: LiveLines, sessionId: string): WSEvents {
  let stop: (() => void) | undefined;
  let gone = false;
  return {
    onOpen: (_event, ws) => {
      const send = sender(ws);
      const listener = {
        audio: (speaker: Speaker, pcm: Uint8Array) => {
          const message = new Uint8Array(pcm.length + 1);
          message[0] = speakerByte[speaker];
          message.set(pcm, 1);
          send(message);
        },
        event: (event: object) => send(JSON.stringify(event)),
        closed: () => ws.close(1000, 'The line is gone.'),
      };
      lines.listen(sessionId, listener).then(
        (leave) => {
          if (gone) leave();
          else stop = leave;
        },
        (error) => refusedSocket(error).onOpen?.(new Event('open'), ws),
      );
    },
    onClose: () => {
      gone = true;
      stop?.();
    },
  };
}

function sender(ws: WSContext): (data: string | Uint8Array<ArrayBuffer>) => void {
  const raw = ws.raw as { bufferedAmount: number; terminate(): void } | undefined;
  return (data) => {
    if (raw && raw.bufferedAmount > maxUnreadBytes) return raw.terminate();
    ws.send(data);
  };
}
