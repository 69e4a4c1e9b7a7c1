import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'acorn';
import { transformSync } from 'esbuild';

/** Folders whose code reads what callers say, write, or send. */
const folders = ['domain', 'media', 'audio', 'api', 'engines/kokoro', 'engines/whisper'];

interface Node {
  readonly type?: string;
  readonly regex?: { readonly pattern: string; readonly flags: string };
}

/** Regular expressions as the code writes them, each with the file that has it first. Those that are built are known by the module that builds them. */
export async function patterns(): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const root = new URL('../../', import.meta.url);
  const files = folders.flatMap((folder) =>
    readdirSync(new URL(folder, root), { recursive: true })
      .map((name) => `${folder}/${name}`)
      .filter((name) => name.endsWith('.ts'))
      .sort(),
  );
  for (const file of files) {
    const { code } = transformSync(readFileSync(new URL(file, root), 'utf8'), { loader: 'ts', target: 'esnext' });
    visit(parse(code, { ecmaVersion: 'latest', sourceType: 'module' }), (node) => {
      if (node.type === 'Literal' && node.regex) add(found, node.regex.pattern, node.regex.flags, file);
    });
  }
  for (const [pattern, flags] of await built(
    files.filter((file) => file.startsWith('domain/')),
    root,
  ))
    add(found, pattern, flags, 'built');
  return found;
}

const add = (found: Map<string, string>, pattern: string, flags: string, file: string) => {
  const written = `/${pattern}/${flags}`;
  if (!found.has(written)) found.set(written, file);
};

function visit(node: unknown, each: (node: Node) => void): void {
  if (typeof node !== 'object' || node === null) return;
  if (Array.isArray(node)) {
    for (const one of node) visit(one, each);
    return;
  }
  each(node as Node);
  for (const value of Object.values(node)) visit(value, each);
}

/** What modules build of strings while they are loaded. */
async function built(files: readonly string[], root: URL): Promise<[pattern: string, flags: string][]> {
  const made: [string, string][] = [];
  const original = globalThis.RegExp;
  globalThis.RegExp = new Proxy(original, {
    construct(target, [source, flags], newTarget) {
      const one = Reflect.construct(target, [source, flags], newTarget) as RegExp;
      if (typeof source === 'string') made.push([one.source, one.flags]);
      return one;
    },
  });
  try {
    for (const file of files) await import(/* @vite-ignore */ new URL(file, root).href);
  } finally {
    globalThis.RegExp = original;
  }
  return made;
}
