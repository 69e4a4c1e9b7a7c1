/** Mutations of bytes and text, the same for the same numbers. */

type Random = () => number;

const pick = <T>(random: Random, items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;

/** What breaks parsers: ends of ranges, marks of formats, parts of attacks. */
const tokens = [
  ...['', '\0', '\r\n', '\n', '"', "'", '{', '}', '[', ']', ',', ';', ':', '\\', '../', '%00', '%2e%2e%2f', '%E0%A4%A'],
  ...['-1', '0', '1e309', '-0', '9007199254740993', '2147483648', '4294967296', 'NaN', 'null', 'true', '{}', '[]', '""'],
  ...['\u202e', '\ud800', '\ufffd', '\ufeff', '\u0000', '💳', 'ﬀ', 'İ', "' or 1=1 --", '{7*7}', '{{x}}', '<script>', '=cmd|1'],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'a'.repeat(5_000),
    '('.repeat(500),
    '['.repeat(500),
    '*'.repeat(300),
    ' '.repeat(2_000),
  ],
];

/** A text with some of it cut, doubled, moved, replaced. */
export function mutateText(text: string, random: Random): string {
  let out = text;
  for (let times = 1 + Math.floor(random() * 4); times > 0; times--) {
    const at = Math.floor(random() * (out.length + 1));
    const to = Math.min(out.length, at + Math.floor(random() * 12));
    const piece = out.slice(at, to);
    out = pick(random, [
      () => out.slice(0, at) + out.slice(to),
      () => out.slice(0, to) + piece.repeat(1 + Math.floor(random() * 4)) + out.slice(to),
      () => out.slice(0, at) + pick(random, tokens) + out.slice(to),
      () => out.slice(0, at) + String.fromCharCode(Math.floor(random() * 65_536)) + out.slice(at + 1),
      () => out.slice(0, at),
      () => piece + out,
    ])();
  }
  return out;
}

/** The same of bytes. */
export function mutateBytes(bytes: Uint8Array, random: Random): Uint8Array {
  let out = Buffer.from(bytes);
  for (let times = 1 + Math.floor(random() * 4); times > 0; times--) {
    const at = Math.floor(random() * (out.length + 1));
    const to = Math.min(out.length, at + Math.floor(random() * 16));
    out = pick(random, [
      () => Buffer.concat([out.subarray(0, at), out.subarray(to)]),
      () => Buffer.concat([out.subarray(0, to), out.subarray(at, to), out.subarray(to)]),
      () => Buffer.concat([out.subarray(0, at), Buffer.from(pick(random, tokens)), out.subarray(to)]),
      () => out.subarray(0, at),
      () => {
        const changed = Buffer.from(out);
        if (changed.length > 0) changed[at % changed.length] = Math.floor(random() * 256);
        return changed;
      },
      // Lengths in headers.
      () => {
        const changed = Buffer.from(out);
        if (changed.length >= 8) changed.writeUInt32LE(pick(random, [0, 1, 0x7fffffff, 0xffffffff]), at % (changed.length - 4));
        return changed;
      },
    ])();
  }
  return out;
}

/** A value of JSON with some of it replaced by something else. */
export function mutateJson(value: unknown, random: Random): unknown {
  if (random() < 0.15) return pick(random, [null, true, -1, 1e308, 2 ** 53, '', 'x', [], {}, pick(random, tokens)]);
  if (Array.isArray(value)) {
    const items = value.map((item) => (random() < 0.3 ? mutateJson(item, random) : item));
    return random() < 0.1 ? [...items, ...items] : items;
  }
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).flatMap(([name, field]): [string, unknown][] => {
      if (random() < 0.08) return [];
      if (random() < 0.05) return [[pick(random, tokens), field]];
      return [[name, random() < 0.4 ? mutateJson(field, random) : field]];
    });
    return Object.fromEntries(fields);
  }
  if (typeof value === 'string') return mutateText(value, random);
  if (typeof value === 'number') return pick(random, [value, -value, value + 0.5, value * 1e12, Number.MIN_VALUE, 0]);
  return value;
}
