import { statfs } from 'node:fs/promises';
import { availableParallelism, freemem, loadavg, totalmem } from 'node:os';
import { dirname } from 'node:path';

export interface MachineState {
  readonly cpu: { readonly model: string; readonly cores: number; readonly load1m: number; readonly busyPercent: number };
  readonly memory: { readonly totalMb: number; readonly freeMb: number };
  readonly disk: { readonly folder: string; readonly totalGb: number; readonly freeGb: number } | null;
  /** Null where the machine says nothing of any. */
  readonly gpus: readonly {
    readonly model: string;
    readonly memoryMb: number | null;
    readonly usedMb: number | null;
    readonly busyPercent: number | null;
  }[];
}

const mb = (bytes: number) => Math.round(bytes / 1e6);

/** What this machine has, and how busy it is. @param folder whose disk counts. */
export async function machineState(folder: string): Promise<MachineState> {
  const { default: si } = await import('systeminformation');
  const [cpu, load, memory, graphics, disk] = await Promise.all([
    si.cpu(),
    si.currentLoad(),
    si.mem(),
    si.graphics(),
    spaceOf(folder),
  ]);
  return {
    cpu: {
      ...{ model: `${cpu.manufacturer} ${cpu.brand}`.trim() || 'unknown', cores: availableParallelism() },
      ...{ load1m: loadavg()[0] ?? 0, busyPercent: Math.round(load.currentLoad) },
    },
    // What the system holds in caches is given up when it is asked for.
    memory: { totalMb: mb(totalmem()), freeMb: mb(memory.available || freemem()) },
    disk,
    // Without a driver that tells its memory it is a picture's, not one to compute with.
    gpus: graphics.controllers
      .filter(({ memoryTotal }) => memoryTotal !== undefined && memoryTotal !== null)
      .map(({ model, memoryTotal, memoryUsed, utilizationGpu }) => ({
        ...{ model, memoryMb: memoryTotal ?? null, usedMb: memoryUsed ?? null, busyPercent: utilizationGpu ?? null },
      })),
  };
}

/** Of the disk on which a folder lies, or would lie. */
export async function spaceOf(folder: string): Promise<MachineState['disk']> {
  try {
    const { bsize, blocks, bavail } = await statfs(folder);
    const gb = (count: number) => Math.round((count * bsize) / 1e8) / 10;
    return { folder, totalGb: gb(blocks), freeGb: gb(bavail) };
  } catch {
    const above = dirname(folder);
    return above === folder ? null : spaceOf(above);
  }
}
