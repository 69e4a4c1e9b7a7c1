/**
 * Writes the reference from the code: `npm run reference`. A test fails when a page is not up to date.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { rules } from '../api/access/rules.ts';
import { floorPicture } from '../api/live/floor.ts';
import { asyncApi } from '../api/live/protocol.ts';
import { realtimeSupport } from '../api/realtime/realtime-messages.ts';
import { bankOpenApi } from '../bank/schemas.ts';
import { createProgram } from '../cli/program.ts';
import { configSchema } from '../config/schema.ts';
import { version } from '../config/version.ts';
import { dashboardFiles } from '../docker/monitoring/grafana.ts';
import { permissionMeanings, permissions, permissionsOf, roles } from '../domain/access/access.ts';
import { voiceWorkerSchema } from '../domain/voices/contract.ts';
import { apiDocument } from './api-document.ts';
import { writeApiTypes } from './api-types.ts';

const head = '<!-- Generated from the code by `npm run reference`. -->\n\n';
const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

interface Setting {
  readonly name: string;
  readonly text: string;
  readonly fallback: string | undefined;
}

function settings(): Setting[] {
  return Object.entries(configSchema.shape).map(([name, schema]) => {
    const parsed = schema.safeParse(undefined);
    const fallback = parsed.success && parsed.data !== undefined ? String(parsed.data) : undefined;
    return { name, text: schema.description ?? '', fallback };
  });
}

function configurationPage(): string {
  const rows = settings().map(
    ({ name, text, fallback }) => `| \`${name}\` | ${fallback === undefined ? '' : `\`${fallback}\``} | ${cell(text)} |`,
  );
  return `${head}# Configuration

Read once at start from the environment, then from \`.env\` in the working folder; what is set in the environment wins. Everything is checked
before anything starts, and every problem is named at once. \`voicebot config\` shows what is in force, without secrets.

| variable | default | what it is |
| --- | --- | --- |
${rows.join('\n')}
`;
}

function envExample(): string {
  const lines = settings().map(({ name, text, fallback }) => `# ${text.replaceAll('\n', ' ')}\n#${name}=${fallback ?? ''}\n`);
  return `# Settings of Voicebot Orchestrator with their defaults; copy to .env and uncomment what you change.\n\n${lines.join('\n')}`;
}

async function cliPage(): Promise<string> {
  const program = await createProgram();
  const pages = (command: Command, prefix: string): string[] => {
    const name = `${prefix}${command.name()}`;
    const help = helpOf(command);
    return [`## ${name}\n\n\`\`\`\n${help}\n\`\`\`\n`, ...command.commands.flatMap((sub) => pages(sub, `${name} `))];
  };
  return `${head}# Command line\n\nFrom a checkout: \`npx voicebot …\` or \`npm run voicebot -- …\`.\n\n${pages(program, '').join('\n')}`;
}

/** As `--help` prints it, with its examples. */
function helpOf(command: Command): string {
  let text = '';
  command.configureHelp({ helpWidth: 100 }).configureOutput({ writeOut: (part) => (text += part), getOutHasColors: () => false });
  command.outputHelp();
  return text.trim();
}

interface Operation {
  readonly summary?: string;
  readonly description?: string;
  readonly responses: Readonly<Record<string, { readonly description: string }>>;
}

/** Answers that every route may give. */
const everywhere = new Set(['401', '403', '429']);

async function apiPage(): Promise<string> {
  const document = (await apiDocument()) as {
    info: { description: string };
    paths: Record<string, Record<string, Operation>>;
  };
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => {
      const answers = Object.entries(operation.responses)
        .filter(([status]) => !everywhere.has(status))
        .map(([status, { description }]) => `| ${status} | ${cell(description)} |`);
      const text = [operation.summary, operation.description].filter(Boolean).join('. ');
      return `## ${method.toUpperCase()} ${path}\n\n${text}.\n\n| status | answer |\n| --- | --- |\n${answers.join('\n')}\n`.replace(
        '..\n',
        '.\n',
      );
    }),
  );
  return `${head}# API\n\n${document.info.description}\n\nShapes of bodies: \`/docs\` and \`/openapi.json\` of a running service. Beside the answers below, each may be 401, 403 or 429: see [access](access.md).\n\n${operations.join('\n')}`;
}

function realtimePage(): string {
  const rows = realtimeSupport.map(([event, support]) => `| ${event} | ${cell(support)} |`);
  return `${head}# OpenAI Realtime\n\n\`WS /v1/realtime\` speaks the part of that protocol which its client libraries need for a spoken conversation.\nEach connection is a call of its own; it ends with the connection.\n\n| events | supported |\n| --- | --- |\n${rows.join('\n')}\n`;
}

function accessPage(): string {
  const mark = (has: boolean) => (has ? 'yes' : '');
  const held = permissions.map(
    (one) =>
      `| \`${one}\` | ${permissionMeanings[one]} | ${roles.map((role) => mark(permissionsOf[role].includes(one))).join(' | ')} |`,
  );
  const needs: Readonly<Record<string, string>> = {
    open: 'nothing',
    any: 'any key or token',
    own: 'a signature of its own kind',
    asterisk: 'an address that `AUDIOSOCKET_ALLOW` names',
  };
  const routes = rules.map(
    ({ method, path, need, socket }) => `| ${socket ? 'WS' : method} | \`${path}\` | ${needs[need] ?? `\`${need}\``} |`,
  );
  return `${head}# Access

What a role may do. A key has a role, and may be narrowed to some of its permissions; a token of the identity provider names a role; a caller's token is for one session.

| permission | what it allows | ${roles.join(' | ')} |
| --- | --- |${roles.map(() => ' --- |').join('')}
${held.join('\n')}

What each route needs.

| method | path | needs |
| --- | --- | --- |
${routes.join('\n')}
`;
}

/** Path from the root of the project → text. */
function floorPage(): string {
  const parts = [
    `${head}# Who has the floor`,
    'A live line is always in one of these states ([`api/live/floor.ts`](../../api/live/floor.ts)). What is not drawn changes nothing.',
    `\`\`\`mermaid\n${floorPicture()}\n\`\`\``,
  ];
  return `${parts.join('\n\n')}\n`;
}

export async function referencePages(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ['docs/reference/configuration.md', configurationPage()],
    ['docs/reference/cli.md', await cliPage()],
    ['docs/reference/api.md', await apiPage()],
    ['docs/reference/access.md', accessPage()],
    ['docs/reference/realtime.md', realtimePage()],
    ['docs/reference/floor.md', floorPage()],
    ['docs/reference/bank-openapi.json', `${JSON.stringify(bankOpenApi(version), null, 2)}\n`],
    ['docs/reference/asyncapi.json', `${JSON.stringify(asyncApi(version), null, 2)}\n`],
    ['python/voicebot_workers/voice-worker.schema.json', `${JSON.stringify(voiceWorkerSchema(), null, 2)}\n`],
    ['.env.example', envExample()],
    ...[...dashboardFiles()].map(([name, text]): [string, string] => [`docker/monitoring/grafana/dashboards/${name}`, text]),
  ]);
}

const root = new URL('../', import.meta.url);
export const readPage = (path: string) => readFile(new URL(path, root), 'utf8');

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await mkdir(new URL('docs/reference', root), { recursive: true });
  for (const [path, text] of await referencePages()) await writeFile(new URL(path, root), text);
  await writeApiTypes(await apiDocument());
}
