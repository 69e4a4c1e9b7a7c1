import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What the image tells the memory allocator of each of its processes. */
export function allocatorOfImage(): Record<string, string> {
  const dockerfile = readFileSync(fileURLToPath(new URL('../../docker/Dockerfile', import.meta.url)), 'utf8');
  const settings = [...dockerfile.matchAll(/\b(MALLOC_\w+)=(\d+)/g)].map(([, name = '', value = '']) => [name, value]);
  if (settings.length === 0) throw new Error('docker/Dockerfile sets no MALLOC_ variables.');
  return Object.fromEntries(settings);
}
