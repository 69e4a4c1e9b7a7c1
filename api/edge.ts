import type { OpenAPIHono } from '@hono/zod-openapi';
import { bodyLimit } from 'hono/body-limit';
import { cors } from 'hono/cors';
import { secureHeaders } from 'hono/secure-headers';
import { VoicebotError } from '../domain/errors.ts';

declare module 'hono' {
  interface ContextVariableMap {
    /** Headers of an answer that differ from what holds for all. */
    readonly ownHeaders: Readonly<Record<string, string>> | undefined;
  }
}

export interface EdgeOptions {
  /** Origins whose pages may ask this API; none when empty. */
  readonly corsOrigins: readonly string[];
  /** Whoever reaches this service does so by TLS, and is to keep doing so. */
  readonly tls: boolean;
}

const yearSeconds = 31_536_000;
const preflightSeconds = 600;
/** Of JSON: an assistant's files, articles, a batch have bounds of their own below this. */
const maxJsonBytes = 64_000_000;

/** What holds for every answer and every body, whoever asks. */
export function addEdge(app: OpenAPIHono, { corsOrigins, tls }: EdgeOptions): void {
  app.use(async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(c.get('ownHeaders') ?? {})) c.res.headers.set(name, value);
  });
  app.use(
    secureHeaders({
      // Pages are this service's own; `style` attributes are how the API's documentation draws itself.
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
      },
      strictTransportSecurity: tls ? `max-age=${yearSeconds}` : false,
      xFrameOptions: 'DENY',
    }),
  );
  // The answer to a request without the header Origin is the same: pages of other origins cannot read it.
  if (corsOrigins.length > 0) app.use(cors({ origin: [...corsOrigins], maxAge: preflightSeconds }));
  const limited = bodyLimit({
    maxSize: maxJsonBytes,
    onError: () => {
      throw new VoicebotError('too-large', `The body is larger than ${maxJsonBytes / 1e6} MB.`, { hint: 'Send less at once.' });
    },
  });
  app.use((c, next) => (c.req.header('content-type')?.includes('json') ? limited(c, next) : next()));
}
