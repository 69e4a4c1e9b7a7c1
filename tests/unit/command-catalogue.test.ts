import type { Command } from 'commander';
import { expect, it } from 'vitest';
import { entries } from '../../cli/catalogue.ts';
import { createProgram } from '../../cli/program.ts';

const program = await createProgram();
const all: Command[] = [];
for (const command of program.commands) {
  const parts = command.commands.filter((part) => part.name() !== 'help');
  all.push(command, ...parts);
}

function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  return text;
}

it('every command is described, and its help shows how it is called', () => {
  for (const command of all.filter((one) => one.name() !== 'complete')) {
    expect(command.description(), command.name()).not.toBe('');
    expect(helpOf(command), command.name()).toMatch(/Examples:\n {2}\$ /);
  }
});

it.each(entries.flatMap(({ examples }) => examples))('%s is an example of a command that takes it', (example) => {
  const words = (example.split(/ [|<>] | <\(|^.*?(?=voicebot )/).find((part) => part.startsWith('voicebot')) ?? '')
    .replace(/\)$/, '')
    .match(/"[^"]*"|\S+/g);
  const [, name = '', ...rest] = words ?? [];
  const top = program.commands.find((one) => one.name() === name || one.aliases().includes(name));
  expect(top, name).toBeDefined();
  const part = top?.commands.find((one) => one.name() === rest[0]);
  const command = (part ?? top) as Command;
  const { operands, unknown } = command.parseOptions(part ? rest.slice(1) : rest);
  expect(unknown).toEqual([]);
  expect(operands.length).toBeGreaterThanOrEqual(command.registeredArguments.filter(({ required }) => required).length);
});

it('every command but those of people prints JSON', () => {
  const forPeople = ['start', 'service', 'worker', 'api', 'shell', 'completion', 'complete'];
  const silent = all.filter((one) => one.commands.length === 0 && !one.options.some(({ long }) => long === '--json'));
  expect(silent.map((one) => one.name()).filter((name) => !forPeople.includes(name))).toEqual([]);
});
