import { loadDotEnv } from '../config/load.ts';
import { printError } from './output.ts';
import { createProgram } from './program.ts';

try {
  loadDotEnv();
  await createProgram().parseAsync();
} catch (error) {
  printError(error, process.argv.includes('--json'));
  // What was started before it failed, as Temporal's runtime, would keep the process.
  process.exit(1);
}
