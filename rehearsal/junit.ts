import { escapeXml } from '../domain/xml.ts';
import type { ConversationResult } from './rehearse.ts';

/** Results in the form that CI servers read. */
export function junitOf(results: readonly ConversationResult[]): string {
  const failures = results.filter(({ passed }) => !passed).length;
  const cases = results.map(
    ({ name, family, passed, durationMs, ...rest }) =>
      `  <testcase classname="${escapeXml(family)}" name="${escapeXml(name)}" time="${durationMs / 1000}">${
        passed ? '' : `\n    <failure>${escapeXml(failureText(rest))}</failure>\n  `
      }</testcase>`,
  );
  const head = `<testsuite name="conversations" tests="${results.length}" failures="${failures}">`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n${head}\n${cases.join('\n')}\n</testsuite>\n`;
}

/** A conversation with what was not as it must be, for people. */
export function failureText({ lines, problems }: Pick<ConversationResult, 'lines' | 'problems'>): string {
  const said = lines.flatMap(({ caller, heard, reply, source, misses }) => [
    `  > ${caller}${heard === undefined ? '' : `   [heard: ${heard}]`}`,
    `  < ${reply} (${source})`,
    ...misses.map((miss) => `      ✗ ${miss}`),
  ]);
  return [...said, ...problems.map((problem) => `  ✗ ${problem}`)].join('\n');
}
