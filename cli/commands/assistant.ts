import { cp, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { createTwoFilesPatch } from 'diff';
import { assistantFiles, assistantIn, shippedAssistant, shippedFolder } from '../../config/assistant-folder.ts';
import type { AssistantFigures } from '../../domain/assistant/figures.ts';
import type { AssistantFiles } from '../../domain/assistant/read.ts';
import { readAssistant } from '../../domain/assistant/read.ts';
import { assistantVersion } from '../../domain/assistant/source.ts';
import { problemText } from '../../domain/assistant/yaml-file.ts';
import { VoicebotError } from '../../domain/errors.ts';
import { ApiClient, apiUrl, jsonRequest, tenantOf } from '../api-client.ts';
import { print } from '../output.ts';
import { table } from '../terminal/table.ts';
import { addAssistantLearnCommand } from './assistant-learn.ts';
import { addAssistantTestCommand } from './assistant-test.ts';

interface Common {
  readonly tenant?: string;
  readonly url?: string;
  readonly json?: boolean;
}

interface Deployment {
  readonly version: string;
  readonly candidate: string | null;
  readonly share: number;
  readonly createdAt: string;
}

interface Listed {
  readonly inForce: Deployment;
  readonly shipped: string;
  readonly versions: readonly { version: string; name: string; createdAt: string; figures: AssistantFigures | null }[];
}

const clientOf = ({ url }: Common) => new ApiClient(apiUrl(url));

function share(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < 1)) throw new InvalidArgumentError('It is a share of new calls above 0 and below 1, such as 0.1.');
  return value;
}

const withApi = (command: Command): Command =>
  command
    .option('--tenant <tenant>', 'whose assistant; that of the key, or default, when unset')
    .option('--url <url>', 'address of the API')
    .option('--json', 'print JSON');

const heldText = ({ version, candidate, share: tried }: Deployment) =>
  candidate === null
    ? `New calls begin with ${version}.`
    : `New calls begin with ${version}; ${Math.round(tried * 100)} % of them try ${candidate}.`;

export function addAssistantCommands(program: Command): void {
  const assistant = program.command('assistant');

  assistant
    .command('init')
    .argument('<folder>', 'a folder that does not exist yet; its last part names the assistant')
    .description('Begin an assistant from the one that comes with the product.')
    .option('--json', 'print JSON')
    .action(async (folder: string, { json }: { json?: boolean }) => {
      const name = folder.replace(/\/+$/, '').split('/').at(-1) ?? '';
      if (!/^[a-z][a-z0-9-]{0,47}$/.test(name)) {
        throw new VoicebotError('invalid-request', `'${name}' is no name of an assistant.`, {
          hint: 'Small letters, digits and dashes, such as my-bank.',
        });
      }
      if (await stat(folder).catch(() => undefined)) {
        throw new VoicebotError('conflict', `${folder} exists already.`, { hint: 'Choose another folder.' });
      }
      await mkdir(folder, { recursive: true });
      for (const part of await readdir(shippedFolder))
        await cp(join(shippedFolder, part), join(folder, part), { recursive: true });
      const about = join(folder, 'assistant.yaml');
      await writeFile(about, (await readFile(about, 'utf8')).replace(/^name: .*$/m, `name: ${name}`));
      print({ folder }, json, () => `${folder} is there. Change it, then: voicebot assistant check ${folder}`);
    });

  assistant
    .command('check')
    .argument('<folder>', 'folder of the assistant')
    .description('Name every problem by file and line.')
    .option('--json', 'print JSON')
    .action(async (folder: string, { json }: { json?: boolean }) => {
      const files = await assistantFiles(folder);
      const version = assistantVersion(files);
      const { assistant: base } = await shippedAssistant();
      const { assistant: read, problems } = readAssistant(files, version, base);
      print({ version, problems }, json, () =>
        read
          ? `${read.name} ${version}: ${read.intents.size} intents, ${read.phrases.length} phrases. No problem was found.`
          : problems.map(problemText).join('\n'),
      );
      if (problems.length > 0) process.exitCode = 1;
    });

  withApi(
    assistant
      .command('diff')
      .argument('<folder>', 'folder of the assistant')
      .argument('[version]', 'the version that holds, when unset')
      .description('What is different from a version that is deployed.'),
  ).action(async (folder: string, version: string | undefined, options: Common) => {
    const client = clientOf(options);
    const against = version ?? (await client.json<Listed>(`/assistants?${tenantOf(options)}`)).inForce.version;
    const [now, { files: before }] = await Promise.all([
      assistantFiles(folder),
      client.json<{ files: AssistantFiles }>(`/assistants/${against}?${tenantOf(options)}`),
    ]);
    const patches = differences(before, now);
    print(
      { against, version: assistantVersion(now), files: patches.map(({ file, patch }) => ({ file, patch })) },
      options.json,
      () => (patches.length === 0 ? `Nothing is different from ${against}.` : patches.map(({ patch }) => patch).join('\n')),
    );
  });

  withApi(
    assistant
      .command('deploy')
      .argument('<folder>', 'folder of the assistant, or a version that is known')
      .description('Let new calls begin with it; running calls keep theirs.')
      .option('--share <share>', 'try it in this share of new calls beside the version that holds', share),
  ).action(async (target: string, options: Common & { share?: number }) => {
    const trial = options.share === undefined ? {} : { share: options.share };
    const known = /^[0-9a-f]{12}$/.test(target) && !(await stat(target).catch(() => undefined));
    const deployed = await clientOf(options).json<Deployment>(
      known ? `/assistants/${target}/deploy?${tenantOf(options)}` : `/assistants?${tenantOf(options)}`,
      jsonRequest('POST', known ? trial : { files: (await assistantIn(target)).files, ...trial }),
    );
    print(deployed, options.json, () => heldText(deployed));
  });

  withApi(assistant.command('rollback').description('End a trial, or go back to the version before.')).action(
    async (options: Common) => {
      const deployed = await clientOf(options).json<Deployment>(`/assistants/rollback?${tenantOf(options)}`, { method: 'POST' });
      print(deployed, options.json, () => heldText(deployed));
    },
  );

  withApi(assistant.command('list').description('Versions, which holds, and what each has done in calls.')).action(
    async (options: Common) => {
      const listed = await clientOf(options).json<Listed>(`/assistants?${tenantOf(options)}`);
      print(listed, options.json, () => `${heldText(listed.inForce)}\n\n${versionTable(listed)}`);
    },
  );

  addAssistantTestCommand(assistant);
  addAssistantLearnCommand(assistant);
}

function versionTable({ versions, shipped, inForce }: Listed): string {
  const roleOf = (version: string) =>
    version === inForce.version ? 'holds' : version === inForce.candidate ? 'is tried' : version === shipped ? 'shipped' : '';
  const rows = versions.map(({ version, name, createdAt, figures }) => [
    ...[version, name, roleOf(version), createdAt],
    ...(figures
      ? [figures.calls, figures.turns, figures.bank, figures.approved, figures.failed, figures.transferred].map(String)
      : ['', '', '', '', '', '']),
    figures ? `${figures.reviewedGood}/${figures.reviewedBad}` : '',
  ]);
  const headers = ['VERSION', 'NAME', 'ROLE', 'SINCE', 'CALLS', 'TURNS', 'BANK', 'APPROVED', 'FAILED', 'TRANSFERRED', 'GOOD/BAD'];
  return table(headers, rows);
}

function differences(before: AssistantFiles, now: AssistantFiles): { readonly file: string; readonly patch: string }[] {
  const files = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort();
  return files
    .filter((file) => before[file] !== now[file])
    .map((file) => ({
      file,
      patch: createTwoFilesPatch(file, file, before[file] ?? '', now[file] ?? '', 'deployed', 'here', { context: 1 }),
    }));
}
