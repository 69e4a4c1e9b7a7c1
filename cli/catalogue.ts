import { answers } from './catalogue/answers.ts';
import { calls } from './catalogue/calls.ts';
import type { Entry, Group } from './catalogue/entry.ts';
import { insight } from './catalogue/insight.ts';
import { run } from './catalogue/run.ts';
import { security } from './catalogue/security.ts';
import { terminal } from './catalogue/terminal.ts';
import { voices } from './catalogue/voices.ts';

/** Every command, in the order of `voicebot --help`. */
export const catalogue: readonly Group[] = [run, calls, voices, answers, insight, security, terminal];

export const entries: readonly Entry[] = catalogue.flatMap(({ entries }) => entries);

export const entryOf = (name: string): Entry | undefined =>
  entries.find((entry) => entry.name === name || entry.hidden === name || entry.aliases?.includes(name));
