import { randomBytes } from 'node:crypto';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { VoicebotError } from '../domain/errors.ts';

/** A file of the console as browsers get it. */
export interface ServedFile {
  readonly type: string;
  /** Its name changes with its content: browsers may keep it for ever. */
  readonly immutable: boolean;
  /** Of its content. */
  readonly tag: string;
  readonly body: Buffer;
  readonly brotli: Buffer;
  readonly gzip: Buffer;
}

export interface ConsoleFiles {
  /** The page; `{{nonce}}` stands for what lets its styles in. */
  readonly page: string;
  readonly assets: ReadonlyMap<string, ServedFile>;
}

export interface ConsoleOptions {
  /** The console, built anew where a source has changed: looked at for each page, and not for each of its files. */
  readonly files: () => Promise<ConsoleFiles>;
  /** How people log in by the bank's identity provider; unset where they cannot. */
  readonly oidc: { readonly issuer: string; readonly clientId: string; readonly scope: string } | undefined;
  /** Of the Temporal UI, as browsers reach it; `{workflowId}` stands for a call's. */
  readonly temporalCallUrl: string | undefined;
  /** Whether somebody has to say who they are. */
  readonly needsLogin: boolean;
  readonly version: string;
}

/** For pages of others, which the bank lets call this service. */
const embeddable: ReadonlySet<string> = new Set(['widget.js', 'microphone.js', 'speaker.js']);

/** The console at `/console`: files that were built, and what they must know before anybody has logged in. */
export function addConsole(app: OpenAPIHono, options: ConsoleOptions): void {
  let latest: ConsoleFiles | undefined;
  const built = async () => {
    latest = await options.files();
    return latest;
  };
  app.get('/console/settings', (c) => {
    const { oidc, needsLogin, temporalCallUrl, version } = options;
    return c.json({ oidc: oidc ?? null, needsLogin, temporalCallUrl: temporalCallUrl ?? null, version }, 200, {
      'Cache-Control': 'no-store',
    });
  });
  const asset = async (c: Context, name: string) => {
    const file = (latest ?? (await built())).assets.get(name);
    if (!file) throw new VoicebotError('not-found', 'The console has no such file.', { hint: 'Load the page anew.' });
    if (embeddable.has(name)) {
      c.set('ownHeaders', { 'Access-Control-Allow-Origin': '*', 'Cross-Origin-Resource-Policy': 'cross-origin' });
    }
    return served(c, file);
  };
  app.get('/console/assets/:file', (c) => asset(c, c.req.param('file')));
  app.get('/widget.js', (c) => asset(c, 'widget.js'));
  const page = async (c: Context) => {
    const nonce = randomBytes(16).toString('base64');
    c.set('ownHeaders', { 'Content-Security-Policy': policyOf(nonce, options.oidc && new URL(options.oidc.issuer).origin) });
    return c.html((await built()).page.replaceAll('{{nonce}}', nonce), 200, { 'Cache-Control': 'no-store' });
  };
  for (const path of ['/console', '/console/:a', '/console/:a/:b', '/console/:a/:b/:c']) app.get(path, page);
}

/** Everything comes from this service; styles that a component writes carry the page's nonce. */
function policyOf(nonce: string, issuer: string | undefined): string {
  const others = issuer ? ` ${issuer}` : '';
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "font-src 'self'",
    "img-src 'self' data:",
    "media-src 'self' blob:",
    `connect-src 'self'${others}`,
    "manifest-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

function served(c: Context, { type, immutable, tag, body, brotli, gzip }: ServedFile): Response {
  c.header('Cache-Control', immutable ? 'public, max-age=31536000, immutable' : 'no-cache');
  c.header('ETag', tag);
  c.header('Vary', 'Accept-Encoding');
  if (c.req.header('if-none-match') === tag) return c.body(null, 304);
  const accepted = c.req.header('accept-encoding') ?? '';
  const [encoding, bytes] = /\bbr\b/.test(accepted) ? ['br', brotli] : /\bgzip\b/.test(accepted) ? ['gzip', gzip] : ['', body];
  if (encoding) c.header('Content-Encoding', encoding as string);
  return c.body(new Uint8Array(bytes as Buffer), 200, { 'Content-Type': type });
}

/** Whether a browser asks for a page. */
export const wantsPage = (c: Context): boolean => /\btext\/html\b/.test(c.req.header('accept') ?? '');
