import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../bin.mjs', import.meta.url));

/** Runs a command of ours in this terminal, as if it had been typed. @returns its exit code. */
export function runCommand(args: readonly string[]): Promise<number> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [bin, ...args], { stdio: 'inherit' });
    // Ctrl-C is for what runs, and comes to it from the terminal as well.
    const ignore = () => {};
    process.on('SIGINT', ignore);
    child.once('close', (code) => {
      process.off('SIGINT', ignore);
      done(code ?? 1);
    });
  });
}
