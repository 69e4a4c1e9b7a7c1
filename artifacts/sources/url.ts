import { mkdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { downloadFile } from 'ipull';
import { extract } from 'tar';
import { deadline } from '../../domain/deadline.ts';
import type { FetchContext } from './context.ts';

/** A hub that does not answer within this time is passed over for the next source. */
const probeTimeoutMs = 10_000;

/** Downloads one URL with resume; what is half there stays for the next try. */
export async function fetchUrl(source: { url: string; member?: string }, context: FetchContext): Promise<void> {
  const probe = await fetch(source.url, {
    method: 'HEAD',
    redirect: 'follow',
    signal: deadline(probeTimeoutMs, context.signal),
  });
  if (!probe.ok) throw new Error(`HTTP ${probe.status} for ${source.url}`);

  const target = source.member ? join(context.partialDir, basename(new URL(source.url).pathname)) : context.target;
  await mkdir(dirname(target), { recursive: true });
  const engine = await downloadFile({
    url: source.url,
    directory: dirname(target),
    fileName: basename(target),
    parallelStreams: 4,
    // Whole chunks are what a later start can go on from.
    chunkSize: 1 << 20,
    retry: { retries: 4 },
  });
  const stop = () => void engine.close();
  context.signal.addEventListener('abort', stop, { once: true });
  engine.on('progress', (status) => context.progress(status.transferredBytes, status.totalBytes || undefined));
  try {
    await engine.download();
  } finally {
    context.signal.removeEventListener('abort', stop);
  }
  context.signal.throwIfAborted();

  if (source.member) {
    const member = source.member;
    await extract({ file: target, cwd: dirname(context.target), filter: (path) => basename(path) === member });
    const { rename } = await import('node:fs/promises');
    await rename(join(dirname(context.target), member), context.target);
    await rm(target, { force: true });
  }
}
