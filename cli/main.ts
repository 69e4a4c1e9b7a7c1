import { loadDotEnv } from '../config/load.ts';
import { printError } from './output.ts';
import { createProgram } from './program.ts';

try {
  loadDotEnv();
  await createProgram().parseAsync();
} catch (error) {
  printError(error, process.argv.includes('--json'));
  process.exitCode = 1;
}
