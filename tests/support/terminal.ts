import { randomUUID } from 'node:crypto';
import { execa } from 'execa';
import { until } from './until.ts';

export const tmuxIsThere = !(await execa('tmux', ['-V'], { reject: false })).failed;
if (!tmuxIsThere) process.stderr.write('SKIPPED: what is done in a terminal. Install tmux.\n');

/** A program in a real terminal of 110 columns and 40 lines: keys in, screen out. */
export class Terminal {
  readonly #socket = `voicebot-${randomUUID()}`;

  private constructor() {}

  static async start(
    command: readonly string[],
    options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
  ): Promise<Terminal> {
    const terminal = new Terminal();
    const env = Object.entries(options.env).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
    // The shell after it keeps the last screen, and shows the exit code.
    const line = `${command.map((part) => `'${part.replaceAll("'", "'\\''")}'`).join(' ')}; echo "ended with $?"; exec cat`;
    await terminal.#tmux('new-session', '-d', '-x', '110', '-y', '40', '-c', options.cwd, ...env, line);
    return terminal;
  }

  #tmux(...args: string[]) {
    return execa('tmux', ['-L', this.#socket, '-f', '/dev/null', ...args]);
  }

  /** Keys by their names in tmux: Enter, Down, C-c. */
  async press(...keys: string[]): Promise<void> {
    await this.#tmux('send-keys', ...keys);
  }

  async type(text: string): Promise<void> {
    await this.#tmux('send-keys', '-l', text);
    await this.press('Enter');
  }

  async screen(): Promise<string> {
    return (await this.#tmux('capture-pane', '-p')).stdout.trimEnd();
  }

  /** Waits until the screen shows something. @returns the screen. */
  async shows(what: RegExp, timeoutMs = 30_000): Promise<string> {
    let seen = '';
    return until(
      `the screen shows ${what}`,
      async () => {
        seen = await this.screen();
        return what.test(seen) && seen;
      },
      timeoutMs,
      () => seen,
    );
  }

  async close(): Promise<void> {
    await execa('tmux', ['-L', this.#socket, 'kill-server'], { reject: false });
  }
}
