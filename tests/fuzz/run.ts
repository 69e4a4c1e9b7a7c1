/**
 * `npm run fuzz`: 100,000 messages that nobody foresaw, over every input that is open to the outside. `--messages N`, `--seed N`. The last line is
 * JSON; the exit code is 1 where something broke, or a call beside it got no answer.
 */
import { parseArgs } from 'node:util';
import { fuzz } from './fuzz.ts';

const { values } = parseArgs({
  options: { messages: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } },
});
const report = await fuzz(Number(values.messages), Number(values.seed));
for (const failure of report.failures) process.stderr.write(`${failure}\n`);
process.stdout.write(`${JSON.stringify(report)}\n`);
process.exit(report.failures.length > 0 || report.calls.answered < report.calls.asked ? 1 : 0);
