import { CommanderError } from 'commander';
import { loadDotEnv } from '../config/dot-env.ts';
import { printError } from './output.ts';
import { createProgram } from './program.ts';

/** The command that the arguments name; '' where they name none. */
function wantedOf(given: readonly string[]): string {
  const [first = '', second = ''] = given;
  return first === 'help' ? second : first;
}

try {
  loadDotEnv();
  const program = await createProgram(wantedOf(process.argv.slice(2)));
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exit(error.exitCode);
  printError(error, process.argv.includes('--json'));
  // What was started before it failed, as Temporal's runtime, would keep the process.
  process.exit(1);
}
