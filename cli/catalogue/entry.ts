import type { Command } from 'commander';

export interface Entry {
  readonly name: string;
  /** Other names that people know it by. */
  readonly aliases?: readonly string[];
  /** A command for programs that comes with it, and is not listed. */
  readonly hidden?: string;
  readonly summary: string;
  readonly examples: readonly string[];
  /** Puts the command into the program; its file, and what that needs, is loaded then and not before. */
  readonly add: () => Promise<(program: Command) => void>;
}

export interface Group {
  readonly title: string;
  readonly entries: readonly Entry[];
}
