/**
 * `npm run audit:packages`: advisories on the packages that are installed for production. The last line is JSON; the exit code is 1 for a high or
 * critical one without an exception, and for an exception that is over. Where the registry tells of none, that is unknown, and no failure.
 */
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';

/** Whoever adds one says why it does no harm here, and until when that is believed. */
const exceptionSchema = z.array(
  z.object({ advisory: z.string(), package: z.string(), until: z.iso.date(), why: z.string().min(20) }),
);
const viaSchema = z.union([z.string(), z.object({ url: z.string(), title: z.string(), severity: z.string(), name: z.string() })]);
const reportSchema = z.object({ vulnerabilities: z.record(z.string(), z.object({ via: z.array(viaSchema) })) });

const serious = new Set(['high', 'critical']);
const say = (line: string) => process.stdout.write(`${line}\n`);

const exceptions = exceptionSchema.parse(JSON.parse(await readFile(new URL('exceptions.json', import.meta.url), 'utf8')));
const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], { encoding: 'utf8', maxBuffer: 64_000_000 });
const parsed = reportSchema.safeParse(jsonOf(stdout));
if (!parsed.success) {
  say('Advisories are unknown: the registry tells of none.');
  say(JSON.stringify({ advisories: 'unknown' }));
  process.exit(0);
}

const today = new Date().toISOString().slice(0, 10);
const advisories = new Map(
  Object.values(parsed.data.vulnerabilities)
    .flatMap(({ via }) => via)
    .filter((one) => typeof one !== 'string')
    .map((one) => [one.url, one]),
);
const idOf = (url: string) => url.split('/').at(-1) ?? url;
const excepted = (url: string) => exceptions.find(({ advisory }) => advisory === idOf(url));
const open = [...advisories.values()].filter(({ severity, url }) => serious.has(severity) && !excepted(url));
const over = exceptions.filter(({ until }) => until < today);
for (const { name, title, severity, url } of advisories.values()) {
  say(`${severity.padEnd(8)} ${name}: ${title} (${url})${excepted(url) ? ` - excepted until ${excepted(url)?.until}` : ''}`);
}
for (const { advisory, until } of over) say(`The exception for ${advisory} was over on ${until}.`);
say(JSON.stringify({ advisories: advisories.size, open: open.length, exceptions: exceptions.length, over: over.length }));
process.exit(open.length + over.length > 0 ? 1 : 0);

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
