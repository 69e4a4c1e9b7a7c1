import { writeFileSync } from 'node:fs';
import { collectTurns } from './bench/turns/collect.ts';

const [part, n, seed, out] = process.argv.slice(2) as ['fit', string, string, string];
writeFileSync(out, JSON.stringify(await collectTurns(part, Number(n), Number(seed))));
process.exit(0);
