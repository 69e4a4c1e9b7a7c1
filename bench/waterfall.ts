import type { LiveEvents } from '../client/live-client.ts';

export interface WaterfallRow {
  readonly title: string;
  readonly metrics: LiveEvents['turn.metrics'];
}

interface Bar {
  readonly name: string;
  readonly fromMs: number;
  readonly ms: number;
  readonly colour: string;
}

/** The stretches of a turn in the order in which the caller waits for them. */
function barsOf({ metrics }: WaterfallRow): Bar[] {
  const stretches: [string, number | undefined, string][] = [
    ['pause', metrics.endpointingMs, '#8d99ae'],
    ['speech to text', metrics.transcribeMs, '#2a9d8f'],
    ['Temporal and pipes', metrics.temporalMs, '#e76f51'],
    ['understanding', metrics.lookupMs, '#e9c46a'],
    ['model, first clause', metrics.thinkMs, '#7b2cbf'],
    ['speech, first clause', metrics.speakMs, '#3a86ff'],
    ['until the caller is done', metrics.releaseMs, '#adb5bd'],
  ];
  let at = 0;
  return stretches.flatMap(([name, ms, colour]) => {
    if (ms === undefined) return [];
    const bar = { name, fromMs: at, ms, colour };
    at += ms;
    return [bar];
  });
}

/** The waterfall for a terminal: one line a stretch. */
export function waterfallText(rows: readonly WaterfallRow[]): string {
  const width = 60;
  return rows
    .map((row) => {
      const total = row.metrics.voiceToVoiceMs;
      const lines = barsOf(row).map(({ name, fromMs, ms }) => {
        const from = Math.round((fromMs / total) * width);
        const length = Math.max(1, Math.round((ms / total) * width));
        return `  ${name.padEnd(25)}${' '.repeat(from)}${'█'.repeat(length)} ${Math.round(ms)} ms`;
      });
      return [`Median turn, ${row.title}: ${Math.round(total)} ms`, ...lines].join('\n');
    })
    .join('\n');
}

/** The waterfall as a picture. */
export function waterfallSvg(rows: readonly WaterfallRow[]): string {
  const [left, width, line] = [190, 620, 22];
  const longest = Math.max(1, ...rows.map(({ metrics }) => metrics.voiceToVoiceMs));
  let y = 10;
  const parts: string[] = [];
  for (const row of rows) {
    parts.push(`<text x="10" y="${y + 14}" font-weight="bold">${row.title}: ${Math.round(row.metrics.voiceToVoiceMs)} ms</text>`);
    y += line;
    for (const { name, fromMs, ms, colour } of barsOf(row)) {
      const x = left + (fromMs / longest) * width;
      const w = Math.max(1, (ms / longest) * width);
      parts.push(
        `<text x="10" y="${y + 14}">${name}</text>`,
        `<rect x="${x.toFixed(1)}" y="${y + 2}" width="${w.toFixed(1)}" height="${line - 6}" rx="2" fill="${colour}"/>`,
        `<text x="${(x + w + 5).toFixed(1)}" y="${y + 14}">${Math.round(ms)} ms</text>`,
      );
      y += line;
    }
    y += line / 2;
  }
  const total = left + width + 70;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${total}" height="${y}" viewBox="0 0 ${total} ${y}" font-family="sans-serif" font-size="12">\n` +
    '<title>Where the time of the median turns went</title>\n' +
    `<rect width="100%" height="100%" fill="white"/>\n${parts.join('\n')}\n</svg>\n`
  );
}
