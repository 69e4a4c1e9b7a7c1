import { SingleBar } from 'cli-progress';

/** A bar on a terminal; nothing elsewhere. */
export function loadProgress(durationSeconds: number) {
  if (!process.stderr.isTTY) return { onSecond: () => {}, stop: () => {} };
  const bar = new SingleBar({
    stream: process.stderr,
    format: '[{bar}] {value}/{total} s  {turns} turns, {failed} failed',
    hideCursor: true,
    barsize: 30,
  });
  let begun = false;
  return {
    onSecond({ seconds, turns, failed }: { readonly seconds: number; readonly turns: number; readonly failed: number }) {
      if (!begun) bar.start(durationSeconds, 0, { turns, failed });
      begun = true;
      bar.update(Math.min(durationSeconds, Math.round(seconds)), { turns, failed });
    },
    stop() {
      if (begun) bar.stop();
    },
  };
}
