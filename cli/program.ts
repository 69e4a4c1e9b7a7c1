import { Command } from 'commander';
import { version } from '../config/version.ts';
import type { Entry } from './catalogue/entry.ts';
import { catalogue, entries, entryOf } from './catalogue.ts';

/**
 * The `voicebot` command.
 * @param wanted the command that is about to run: only its code is loaded. All of them when unset.
 */
export async function createProgram(wanted?: string): Promise<Command> {
  const program = new Command('voicebot')
    .description('Durable voice calls for bank contact centres.')
    .version(version)
    .showHelpAfterError('--help shows what there is.')
    .enablePositionalOptions()
    .option('--status', 'show how the service is')
    .option('--health-check', 'the same with this machine, models and queues')
    .option('--text <text>', 'speak it into a file')
    .option('--engine <engine>', 'with --text: what speaks: auto, kokoro, nari_dia, zonos or tortoise')
    .option('--output <file>', 'with --text: the file', 'speech.wav');
  // Without a command: menus, or what these options say.
  if (wanted === '' || wanted?.startsWith('-')) program.action((options) => withoutCommand(program, options));
  const entry = wanted === undefined ? undefined : entryOf(wanted);
  const adders = new Set<Awaited<ReturnType<Entry['add']>>>();
  for (const one of wanted === undefined ? entries : entry ? [entry] : []) adders.add(await one.add());
  for (const add of adders) add(program);
  // The others are known by name, for the list of commands and for suggestions.
  for (const { title, entries: those } of catalogue) for (const one of those) describe(program, one, title);
  const order = new Map(entries.map(({ name }, index) => [name, index]));
  (program.commands as Command[]).sort((a, b) => (order.get(a.name()) ?? 0) - (order.get(b.name()) ?? 0));
  return program;
}

function describe(program: Command, { name, aliases = [], summary, examples }: Entry, group: string): void {
  const command = program.commands.find((one) => one.name() === name) ?? program.command(name);
  command.description(summary).aliases(aliases).helpGroup(`${group}:`);
  // A group shows some; the others stand with what they show.
  command.addHelpText('after', examplesText(examples.slice(0, shownExamples)));
  for (const part of command.commands) {
    const own = examples.filter((one) => one.includes(` ${name} ${part.name()}`));
    if (own.length > 0) part.addHelpText('after', examplesText(own));
  }
}

const shownExamples = 4;

interface Bare {
  readonly status?: boolean;
  readonly healthCheck?: boolean;
  readonly text?: string;
  readonly engine?: string;
  readonly output: string;
}

async function withoutCommand(program: Command, { status, healthCheck, text, engine, output }: Bare): Promise<void> {
  if (status) return again(['orchestrator-health']);
  if (healthCheck) return again(['system-diagnostics']);
  if (text !== undefined) return again(['tts-test', '--text', text, '--engine', engine ?? 'kokoro', '--output', output]);
  if (!process.stdin.isTTY || !process.stdout.isTTY) return program.help();
  const [{ showMenus }, { ApiClient, apiUrl }] = await Promise.all([import('./interactive/menu.ts'), import('./api-client.ts')]);
  return showMenus(new ApiClient(apiUrl(undefined)));
}

async function again([name = '', ...rest]: readonly string[]): Promise<void> {
  await (await createProgram(name)).parseAsync([name, ...rest], { from: 'user' });
}

const examplesText = (examples: readonly string[]) => `\nExamples:\n${examples.map((example) => `  $ ${example}`).join('\n')}`;
