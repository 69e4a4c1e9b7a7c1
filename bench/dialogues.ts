/**
 * Every conversation of the shipped assistant, in writing, and those that are marked as spoken by voice: `npm run bench:dialogues
 * [-- --every N] [--written] [--spoken] [--assistant DIR]`. `--every N` takes each Nth, `--written` and `--spoken` only one of both. The last line is JSON.
 */
import { parseArgs } from 'node:util';
import { silentListener } from '../artifacts/types.ts';
import { assistantIn, shippedFolder } from '../config/assistant-folder.ts';
import { failureText } from '../rehearsal/junit.ts';
import { conversationsIn, type Manner, rehearsed } from '../rehearsal/programme.ts';
import type { ConversationResult } from '../rehearsal/rehearse.ts';
import { openStage } from '../rehearsal/stage.ts';
import { machine, note, printReport } from './report.ts';

const { values } = parseArgs({
  options: {
    every: { type: 'string', default: '1' },
    written: { type: 'boolean', default: false },
    spoken: { type: 'boolean', default: false },
    assistant: { type: 'string', default: shippedFolder },
  },
});
const every = Number(values.every);
const { assistant } = await assistantIn(values.assistant);
const conversations = (await conversationsIn(values.assistant)).filter((_, i) => i % every === 0);
const manners: Manner[] = values.written === values.spoken ? ['written', 'spoken'] : values.spoken ? ['spoken'] : ['written'];
const spoken = manners.includes('spoken');
const signal = new AbortController().signal;
const stage = await openStage(values.assistant, { listener: silentListener, signal, spoken, environment: process.env });
const results: ConversationResult[] = [];
try {
  for await (const result of rehearsed(stage, assistant, conversations, manners)) {
    results.push(result);
    note(`${result.passed ? '✓' : result.wrong ? '✗ WRONG' : '✗'} ${result.family}: ${result.name}`);
    if (!result.passed) note(failureText(result));
  }
} finally {
  await stage.close();
}
const families = [...new Set(results.map(({ family }) => family))].sort();
const ofFamily = (family: string) => results.filter((result) => result.family === family);
printReport({
  bench: 'dialogues',
  machine: machine(),
  assistant: assistant.version,
  dialogues: results.length,
  spoken: results.filter(({ name }) => name.endsWith('(spoken)')).length,
  passed: results.filter(({ passed }) => passed).length,
  wrongAnswers: results.filter(({ wrong }) => wrong).length,
  byFamily: Object.fromEntries(
    families.map((family) => [
      family,
      { of: ofFamily(family).length, passed: ofFamily(family).filter(({ passed }) => passed).length },
    ]),
  ),
});
process.exit(0);
