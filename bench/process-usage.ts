import { readdirSync, readFileSync } from 'node:fs';

/** What a process and its children have used; only Linux tells. */
export interface Usage {
  readonly cpuMs: number;
  readonly memoryMb: number;
}

/** Clock ticks of /proc are hundredths of a second on every Linux that Node runs on (`getconf CLK_TCK`). */
const tickMs = 10;
const pageBytes = 4_096;

interface Stat {
  readonly parent: number;
  readonly cpuMs: number;
  readonly memoryBytes: number;
}

/** Of proc(5): fields after the name, which may hold blanks: 4 ppid, 14 utime, 15 stime, 16 and 17 of ended children, 24 rss. */
function statOf(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const parent = fields[1] ?? 0;
    const ticks = [11, 12, 13, 14].reduce((sum, i) => sum + (fields[i] ?? 0), 0);
    return { parent, cpuMs: ticks * tickMs, memoryBytes: (fields[21] ?? 0) * pageBytes };
  } catch {
    return undefined;
  }
}

/** Of a process and, unless it is to be taken alone, of all below it; undefined where that cannot be measured. */
export function usageOf(root: number, { alone = false } = {}): Usage | undefined {
  const stats = new Map<number, Stat>();
  let names: string[];
  try {
    names = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return undefined;
  }
  for (const name of names) {
    const stat = statOf(Number(name));
    if (stat) stats.set(Number(name), stat);
  }
  if (!stats.has(root)) return undefined;
  const tree = new Set([root]);
  for (let grown = !alone; grown; ) {
    grown = false;
    for (const [pid, { parent }] of stats) {
      if (!tree.has(parent) || tree.has(pid)) continue;
      tree.add(pid);
      grown = true;
    }
  }
  const own = [...tree].flatMap((pid) => stats.get(pid) ?? []);
  return {
    cpuMs: own.reduce((sum, stat) => sum + stat.cpuMs, 0),
    memoryMb: Math.round(own.reduce((sum, stat) => sum + stat.memoryBytes, 0) / 2 ** 20),
  };
}
