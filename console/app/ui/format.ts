/** How figures and moments are written. */

const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const dayAndTime = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
const whole = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const count = new Intl.NumberFormat();

export const number = (n: number): string => count.format(n);
export const share = (n: number): string => `${(100 * n).toFixed(n > 0 && n < 0.1 ? 1 : 0)}%`;

export function when(at: string): string {
  const moment = new Date(at);
  return moment.toDateString() === new Date().toDateString() ? time.format(moment) : dayAndTime.format(moment);
}
export const wholeMoment = (at: string): string => whole.format(new Date(at));

export const milliseconds = (ms: number | null | undefined): string =>
  ms === null || ms === undefined ? '–' : ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(ms < 10_000 ? 2 : 1)} s`;

export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  const [h = 0, m = 0, s = 0] = parts;
  return h > 0 ? `${h}:${pad(m)}:${pad(s)}` : `${m}:${pad(s)}`;
}
const pad = (n: number): string => String(n).padStart(2, '0');

/** `card_block-now` → `Card block now`. */
export function words(name: string): string {
  const text = name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/[-_]+/g, ' ')
    .toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export const plural = (n: number, one: string, many = `${one}s`): string => `${number(n)} ${n === 1 ? one : many}`;
