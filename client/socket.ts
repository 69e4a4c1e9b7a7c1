/** What browsers and Node's `ws` have in common. */
export interface Socket {
  readonly readyState: number;
  readonly protocol: string;
  binaryType: string;
  send(data: string | Uint8Array): void;
  close(code?: number, reason?: string): void;
  /** Of `ws` alone: without waiting for the other side. */
  terminate?(): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  addEventListener(type: 'close', listener: (event: { readonly code: number; readonly reason: string }) => void): void;
  removeEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
}

export const readyState = { open: 1, closed: 3 } as const;

/** The connection ended before the call did. */
export class ConnectionClosed extends Error {
  /** RFC 6455's, or 4000 and the HTTP status of why it was refused. */
  readonly code: number;

  constructor(code: number, reason: string) {
    super(reason || `The connection was closed with code ${code}.`);
    this.name = 'ConnectionClosed';
    this.code = code;
  }
}

const protocol = 'voicebot';
const tokenProtocol = 'voicebot.token.';

type SocketClass = new (url: string, protocols?: string[]) => Socket;

/** That of `ws`, which can be cut off, where it is installed; else the platform's own. */
async function socketClass(): Promise<SocketClass> {
  if ('document' in globalThis) return globalThis.WebSocket as unknown as SocketClass;
  const ws = await import('ws').catch(() => undefined);
  return (ws?.WebSocket ?? globalThis.WebSocket) as unknown as SocketClass;
}

/** @param token goes by the subprotocol: browsers can send no header, and a URL would stand in logs. */
export async function openSocket(
  baseUrl: string,
  path: string,
  token: string | undefined,
): Promise<{ readonly socket: Socket; readonly opened: Promise<void>; readonly closed: Promise<ConnectionClosed> }> {
  const url = `${baseUrl.replace(/^http/, 'ws').replace(/\/$/, '')}${path}`;
  const Class = await socketClass();
  const socket = token === undefined ? new Class(url) : new Class(url, [protocol, tokenProtocol + token]);
  socket.binaryType = 'arraybuffer';
  const opened = new Promise<void>((resolve) => socket.addEventListener('open', () => resolve()));
  const closed = new Promise<ConnectionClosed>((resolve) => {
    socket.addEventListener('close', ({ code, reason }) => resolve(new ConnectionClosed(code, reason)));
  });
  // The close that follows says why.
  socket.addEventListener('error', () => undefined);
  return { socket, opened, closed };
}
