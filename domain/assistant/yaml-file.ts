import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';

/** Something in an assistant's files that is not as it must be. */
export interface Problem {
  /** Relative to the assistant's folder. */
  readonly file: string;
  /** 1, 2, 3 …; unset where it concerns the file as a whole. */
  readonly line?: number;
  readonly message: string;
}

export const problemText = ({ file, line, message }: Problem): string =>
  `${file}${line === undefined ? '' : `:${line}`}: ${message}`;

/** Aliases that are repeated more often than this are an attack, or a mistake. */
const maxAliases = 20;

/** A YAML or JSON file that knows on which line a value stands. */
export class YamlFile {
  readonly file: string;
  readonly value: unknown;
  /** Why it cannot be read. */
  readonly problems: readonly Problem[];
  readonly #document: ReturnType<typeof parseDocument>;
  readonly #lines = new LineCounter();

  constructor(file: string, text: string) {
    this.file = file;
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false });
    const faults = this.#document.errors.map(({ message, pos }) => this.#at(message, pos[0]));
    try {
      this.value = faults.length === 0 ? this.#document.toJS({ maxAliasCount: maxAliases }) : undefined;
    } catch (error) {
      faults.push({ file, message: `it cannot be read: ${error instanceof Error ? error.message : String(error)}` });
    }
    this.problems = faults;
  }

  /** A problem with the value at a path, or with the nearest one around it that is there. */
  problem(path: readonly PropertyKey[], message: string): Problem {
    return this.#at(message, this.#startOf(path));
  }

  /** What a schema finds wrong with the file. */
  problemOf({ message, ...issue }: z.core.$ZodIssue): Problem {
    const path = issue.code === 'unrecognized_keys' ? [...issue.path, ...issue.keys.slice(0, 1)] : issue.path;
    const where = path.length === 0 ? '' : `${path.map(String).join('.')}: `;
    return this.problem(path, `${where}${message}`);
  }

  #at(message: string, offset: number | undefined): Problem {
    const { file } = this;
    return offset === undefined ? { file, message } : { file, line: this.#lines.linePos(offset).line, message };
  }

  /** A key's place where there is one: a problem with a block of text is looked for where it begins. */
  #startOf(path: readonly PropertyKey[]): number | undefined {
    for (let depth = path.length; depth > 0; depth--) {
      const parent = depth === 1 ? this.#document.contents : this.#document.getIn(path.slice(0, depth - 1), true);
      const name = path[depth - 1];
      if (isMap(parent)) {
        const pair = parent.items.find(({ key }) => isScalar(key) && key.value === name);
        const range = isScalar(pair?.key) ? pair.key.range : undefined;
        if (range) return range[0];
      }
      const node = this.#document.getIn(path.slice(0, depth), true) as { readonly range?: readonly number[] } | undefined;
      if (node?.range) return node.range[0];
    }
    return undefined;
  }
}
