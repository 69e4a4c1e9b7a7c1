import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import type { OpenAPIHono } from '@hono/zod-openapi';

const assets = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
const files: ReadonlyMap<string, string> = new Map([
  ['swagger-ui.css', 'text/css'],
  ['swagger-ui-bundle.js', 'text/javascript'],
]);

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Voicebot Orchestrator API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="docs"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

const start = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#docs', deepLinking: true });\n`;

/** The API's pages of documentation, served from this machine alone: a bank's browser may reach nothing else. */
export function addDocs(app: OpenAPIHono): void {
  app.get('/docs', (c) => c.html(page));
  app.get('/docs/:file', (c) => {
    const name = c.req.param('file');
    if (name === 'start.js') return c.body(start, 200, { 'Content-Type': 'text/javascript' });
    const type = files.get(name);
    if (!type) return c.notFound();
    const stream = Readable.toWeb(createReadStream(join(assets, name))) as ReadableStream;
    return c.body(stream, 200, { 'Content-Type': type, 'Cache-Control': 'public, max-age=86400' });
  });
}
