/**
 * `npm run bench:console`: the console in Chromium: how soon it is there, what it weighs, how a list of 10,000 calls scrolls, how much
 * later than at its own socket a reply is heard in a browser, and whether its memory grows in calls. The last line is JSON.
 * `--turns N` (12) spoken questions; `--minutes N` (0) of one call after the other, for the memory; `--sessions N` (10000).
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { silentListener } from '../artifacts/types.ts';
import { loadConfig } from '../config/load.ts';
import { openDatabase } from '../db/open.ts';
import { sessions } from '../db/schema.ts';
import { inTenant } from '../db/scope.ts';
import { createEngines } from '../services/engines.ts';
import { startStack } from '../services/stack.ts';
import { allQueues } from '../services/workers.ts';
import { createLogger } from '../telemetry/logger.ts';
import { gather, to16k } from '../tests/support/audio.ts';
import { chromiumPath, inPage, microphoneFile, openBrowser } from '../tests/support/browser.ts';
import { testEnvironment } from '../tests/support/test-stack.ts';
import { machine, note, printReport, round, spread } from './report.ts';

const { values } = parseArgs({
  options: {
    turns: { type: 'string', default: '12' },
    minutes: { type: 'string', default: '0' },
    sessions: { type: 'string', default: '10000' },
  },
});
if (!chromiumPath) throw new Error('This needs Chromium: install it, or set CHROMIUM_PATH.');

/** Between two questions: the reply, and what a person takes to think. */
const questionEverySeconds = 14;
const firstQuestionSeconds = 4;
const loads = 5;
/** Silence that ends what somebody says. */
const apartSeconds = 1;
/** Less is a noise. */
const leastSeconds = 0.3;

const dataDir = await mkdtemp(join(tmpdir(), 'voicebot-bench-console-'));
// Without a filler, the first sound is the reply's.
const environment = { ...(await testEnvironment({ LLM_MAY: 'talk', FILLER_MS: '0' })), DATA_DIR: dataDir };
const config = loadConfig(environment);
const database = await openDatabase({ dataDir });
const engines = createEngines(config);
const stack = await startStack({
  ...{ config, engines, database, queues: allQueues, api: true, listener: silentListener },
  logger: createLogger(config.LOG_LEVEL),
  signal: new AbortController().signal,
});
await stack.ready;
const base = `${stack.apiUrl}/console`;
note('The service is ready.');

const report: Record<string, unknown> = { bench: 'console', machine: machine() };
let browser: Browser | undefined;
try {
  browser = await openBrowser();
  report.load = await loading(browser);
  await addSessions(Number(values.sessions));
  report.list = await scrolling(browser, Number(values.sessions));
  await browser.close();
  const question = await to16k(await gather(engines.tts.speak('What are your opening hours?', { voice: 'am_michael' })));
  report.calls = await talking(question, Number(values.turns));
  if (Number(values.minutes) > 0) report.memory = await calling(question, Number(values.minutes));
} finally {
  await browser?.close();
  await stack.stop();
  await database.close();
  await rm(dataDir, { recursive: true, force: true });
}
printReport(report);

/** From an empty cache: the page is drawn first, then answers, and is whole. */
async function loading(chromium: Browser) {
  const [paint, interactive] = [[], []] as [number[], number[]];
  let kilobytes = 0;
  for (let n = 0; n < loads; n++) {
    const context = await chromium.newContext();
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send('Network.enable');
    let bytes = 0;
    session.on('Network.loadingFinished', ({ encodedDataLength }) => {
      bytes += encodedDataLength;
    });
    await page.goto(`${base}/talk`);
    await page.getByRole('button', { name: 'Call the bot' }).click({ trial: true });
    interactive.push(await page.evaluate<number>('performance.now()'));
    paint.push(await page.evaluate<number>("performance.getEntriesByName('first-contentful-paint')[0].startTime"));
    kilobytes = Math.max(kilobytes, bytes / 1000);
    await context.close();
  }
  return { firstContentfulPaintMs: spread(paint), interactiveMs: spread(interactive), transferredKilobytes: round(kilobytes) };
}

async function addSessions(count: number): Promise<void> {
  const now = Date.now();
  for (let from = 0; from < count; from += 500) {
    const rows = Array.from({ length: Math.min(500, count - from) }, (_, i) => ({
      id: `bench-${String(from + i).padStart(6, '0')}`,
      tenant: 'default',
      status: 'ended' as const,
      turns: 1 + ((from + i) % 9),
      lastIntent: 'balance',
      endReason: 'hangup' as const,
      createdAt: new Date(now - (from + i) * 1_000),
      endedAt: new Date(now - (from + i) * 1_000 + 60_000),
    }));
    await inTenant('default', async () => {
      await database.db.insert(sessions).values(rows);
    });
  }
}

/** Scrolls the whole list as a wheel does, page after page being fetched. */
async function scrolling(chromium: Browser, count: number) {
  const page = await chromium.newPage({ viewport: { width: 1280, height: 860 } });
  await page.goto(`${base}/calls`);
  await page.locator('.session-row').nth(3).waitFor();
  const frames = await page.evaluate<{ times: number[]; seen: number }>(`(async () => {
    const view = document.querySelector('.viewport');
    const times = [];
    let last = performance.now();
    let still = 0;
    for (let n = 0; n < 6000 && still < 120; n++) {
      const before = view.scrollTop;
      view.scrollTop += 240;
      await new Promise(requestAnimationFrame);
      const now = performance.now();
      times.push(now - last);
      last = now;
      still = view.scrollTop === before ? still + 1 : 0;
    }
    return { times, seen: Math.round(view.scrollHeight / 44) };
  })()`);
  const nodes = await page.evaluate<number>("document.querySelectorAll('*').length");
  await page.close();
  const late = frames.times.filter((ms) => ms > 50).length;
  return { sessions: count, seen: frames.seen, frameMs: spread(frames.times), framesOver50Ms: late, elements: nodes };
}

/** Spoken questions: how much longer the caller of a browser waits, from sound to sound, than one at its socket. */
async function talking(question: Float32Array, turns: number) {
  const times = Array.from({ length: turns }, (_, i) => firstQuestionSeconds + i * questionEverySeconds);
  const file = await microphoneFile(
    'bench',
    times.map((at) => [at, question] as const),
  );
  const chromium = await openBrowser({ microphone: file });
  try {
    const { page } = await call(chromium);
    await page.waitForTimeout((firstQuestionSeconds + turns * questionEverySeconds) * 1000);
    const levels = await page.evaluate<Levels>('window.voicebotLevels');
    const heard = waitsIn(levels, 'caller', 'bot');
    const passed = waitsIn(levels, 'caller-sent', 'bot-came');
    const pairs = heard.flatMap((wait) => {
      const same = passed.find(({ until }) => Math.abs(until - wait.until) < apartSeconds);
      return same ? [{ wait, same }] : [];
    });
    const ms = (of: (pair: (typeof pairs)[number]) => number) => spread(pairs.map((pair) => of(pair) * 1000));
    return {
      turns: pairs.length,
      browserMs: ms(({ wait }) => wait.from - wait.until),
      socketMs: ms(({ same }) => same.from - same.until),
      browserMoreMs: ms(({ wait, same }) => wait.from - wait.until - (same.from - same.until)),
      upMs: ms(({ wait, same }) => same.until - wait.until),
      downMs: ms(({ wait, same }) => wait.from - same.from),
    };
  } finally {
    await chromium.close();
  }
}

type Levels = readonly (readonly [who: string, at: number])[];

/** From each last sound of the caller until the first of the bot after it, in seconds. */
function waitsIn(levels: Levels, caller: string, bot: string) {
  const said = (who: string) => {
    const parts: { from: number; until: number }[] = [];
    for (const at of levels.flatMap(([one, moment]) => (one === who ? [moment] : [])).sort((a, b) => a - b)) {
      const last = parts.at(-1);
      if (last && at - last.until < apartSeconds) last.until = at;
      else parts.push({ from: at, until: at });
    }
    return parts.filter(({ from, until }) => until - from >= leastSeconds);
  };
  const replies = said(bot);
  return said(caller).flatMap(({ until }) => {
    const reply = replies.find(({ from }) => from > until);
    return reply ? [{ until, from: reply.from }] : [];
  });
}

async function call(chromium: Browser): Promise<{ page: Page }> {
  const context = await chromium.newContext({ permissions: ['microphone'] });
  await context.addInitScript({ path: inPage('levels') });
  const page = await context.newPage();
  await page.goto(`${base}/talk`);
  await page.getByLabel('Bot greets first').uncheck();
  await page.getByRole('button', { name: 'Call the bot' }).click();
  await page.getByTestId('floor').getByText('Listening to you').waitFor();
  return { page };
}

/** Calls of some turns, one after the other, in one page: what it keeps after the garbage is collected. */
async function calling(question: Float32Array, minutes: number) {
  const turnsOfCall = 4;
  const seconds = minutes * 60;
  const times = Array.from(
    { length: Math.floor(seconds / questionEverySeconds) },
    (_, i) => firstQuestionSeconds + i * questionEverySeconds,
  );
  const file = await microphoneFile(
    'memory',
    times.map((at) => [at, question] as const),
  );
  const chromium = await openBrowser({ microphone: file });
  try {
    const { page } = await call(chromium);
    const session = await page.context().newCDPSession(page);
    const heap = async () => {
      await session.send('HeapProfiler.collectGarbage');
      const { usedSize } = await session.send('Runtime.getHeapUsage');
      return usedSize / 1e6;
    };
    const samples: { minute: number; megabytes: number }[] = [];
    const until = Date.now() + seconds * 1000;
    for (let n = 0; Date.now() < until; n++) {
      await page.waitForTimeout(turnsOfCall * questionEverySeconds * 1000);
      const sample = { minute: round((seconds - (until - Date.now()) / 1000) / 60), megabytes: round(await heap(), 2) };
      samples.push(sample);
      note(`${sample.minute} min: ${sample.megabytes} MB`);
      await page.evaluate('window.voicebotLevels = []');
      if (n % 4 === 3) {
        await page.getByRole('button', { name: 'Hang up' }).click();
        await page.getByRole('button', { name: 'Call again' }).click();
      }
    }
    return { minutes, samples };
  } finally {
    await chromium.close();
  }
}
