import pc from 'picocolors';

/** Colours for a terminal; none elsewhere, nor where NO_COLOR is set. */
const { green, yellow, red, dim, bold, cyan } = pc.createColors(Boolean(process.stdout.isTTY) && !process.env.NO_COLOR);

export { bold, cyan, dim, green, red, yellow };

/** How a check went. */
export type Mark = 'ok' | 'warning' | 'failed';

export const signs: Readonly<Record<Mark, string>> = { ok: '✅', warning: '⚠️', failed: '❌' };

export const coloured: Readonly<Record<Mark, (text: string) => string>> = { ok: green, warning: yellow, failed: red };
