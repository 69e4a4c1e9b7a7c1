import { MultiBar, type SingleBar } from 'cli-progress';
import type { FetchListener } from '../artifacts/types.ts';

/** Progress bars on a terminal, one a file under way; plain lines where there is no terminal. */
export function terminalProgress(stream: NodeJS.WriteStream = process.stderr): FetchListener & { stop(): void } {
  return stream.isTTY ? bars(stream) : lines(stream);
}

const mb = (bytes: number) => (bytes / 1e6).toFixed(1);

function bars(stream: NodeJS.WriteStream): FetchListener & { stop(): void } {
  let multi: MultiBar | undefined;
  const running = new Map<string, { bar: SingleBar; startedAt: number; firstBytes: number }>();
  return {
    progress({ path, source, receivedBytes, totalBytes }) {
      multi ??= new MultiBar({
        stream,
        format: '{name} [{bar}] {received}/{size} MB  {speed} MB/s  from {source}',
        hideCursor: true,
        clearOnComplete: false,
        barsize: 24,
      });
      let entry = running.get(path);
      if (!entry) {
        entry = { bar: multi.create(totalBytes ?? 0, 0), startedAt: performance.now(), firstBytes: receivedBytes };
        running.set(path, entry);
      }
      const seconds = (performance.now() - entry.startedAt) / 1000;
      const speed = seconds > 0.2 ? mb((receivedBytes - entry.firstBytes) / seconds) : '-';
      if (totalBytes) entry.bar.setTotal(totalBytes);
      const shown = Math.min(receivedBytes, totalBytes ?? receivedBytes);
      entry.bar.update(shown, { name: path, source, speed, received: mb(shown), size: totalBytes ? mb(totalBytes) : '?' });
    },
    done(path) {
      const entry = running.get(path);
      if (!entry) return;
      entry.bar.update(entry.bar.getTotal(), { received: mb(entry.bar.getTotal()) });
      entry.bar.stop();
    },
    note(message) {
      if (multi) multi.log(`${message}\n`);
      else stream.write(`${message}\n`);
    },
    stop() {
      multi?.stop();
    },
  };
}

function lines(stream: NodeJS.WriteStream): FetchListener & { stop(): void } {
  const announced = new Set<string>();
  return {
    progress({ path, source, totalBytes }) {
      const line = `Fetching ${path}${totalBytes ? ` (${mb(totalBytes)} MB)` : ''} from ${source} ...`;
      if (!announced.has(line)) stream.write(`${line}\n`);
      announced.add(line);
    },
    done: (path) => void stream.write(`Fetched and verified ${path}\n`),
    note: (message) => void stream.write(`${message}\n`),
    stop() {},
  };
}
