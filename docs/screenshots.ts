/**
 * `npm run screenshots`: a whole installation for a while, with calls, messages and articles that are really made, and a picture of each
 * page of the console in docs/images/.
 */
import { mkdir, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { silentListener } from '../artifacts/types.ts';
import { loadConfig } from '../config/load.ts';
import { createEngines } from '../services/engines.ts';
import { startStack } from '../services/stack.ts';
import { allQueues } from '../services/workers.ts';
import { createLogger } from '../telemetry/logger.ts';
import { gather, to16k } from '../tests/support/audio.ts';
import { chromiumPath, microphoneFile, openBrowser } from '../tests/support/browser.ts';
import { testEnvironment } from '../tests/support/test-stack.ts';
import { until } from '../tests/support/until.ts';

if (!chromiumPath) throw new Error('This needs Chromium: install it, or set CHROMIUM_PATH.');

const images = fileURLToPath(new URL('images/', import.meta.url));
const size = { width: 1280, height: 800 };
const say = (line: string) => process.stderr.write(`${line}\n`);

const environment = await testEnvironment({ RECORD_AUDIO: 'true', LLM_MAY: 'talk', TRANSFER_TO: '+15550100' });
const config = loadConfig(environment);
const engines = createEngines(config);
const stack = await startStack({
  ...{ config, engines, queues: allQueues, api: true, listener: silentListener },
  logger: createLogger(config.LOG_LEVEL),
  signal: new AbortController().signal,
});
await stack.ready;
const base = stack.apiUrl as string;
const json = (body: unknown) => ({ method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });

/** A call in writing. */
async function written(id: string, ...texts: string[]): Promise<void> {
  await fetch(`${base}/sessions/${id}`, json({}));
  for (const text of texts) await fetch(`${base}/sessions/${id}/turns`, json({ text }));
}

const spoken = async (text: string) => to16k(await gather(engines.tts.speak(text, { voice: 'am_michael' })));

/** A call in a browser: what is said at which second, and the page after some seconds. */
async function called(
  name: string,
  said: readonly (readonly [at: number, text: string])[],
  seconds: number,
  look: (page: Page) => Promise<void>,
  colorScheme: 'light' | 'dark' = 'light',
): Promise<string> {
  const parts = [] as [number, Float32Array][];
  for (const [at, text] of said) parts.push([at, await spoken(text)]);
  const browser = await openBrowser({ microphone: await microphoneFile(name, parts) });
  try {
    const context = await browser.newContext({ viewport: size, permissions: ['microphone'], colorScheme });
    const page = await context.newPage();
    await page.goto(`${base}/console/talk`);
    await page.getByLabel('Bot greets first').uncheck();
    await page.getByRole('button', { name: 'Call the bot' }).click();
    await page.getByTestId('floor').getByText('Listening to you').waitFor();
    const session = await page.evaluate<string>("JSON.parse(sessionStorage.getItem('voicebot.call')).sessionId");
    await page.waitForTimeout(seconds * 1000);
    await look(page);
    return session;
  } finally {
    await browser.close();
  }
}

try {
  await mkdir(images, { recursive: true });
  say('Calls in writing');
  await written('branch-4711', 'What are your opening hours?', 'How much is the monthly fee?', 'Thank you, goodbye');
  await written(
    'app-9032',
    'How much did I spend on groceries last month?',
    'My customer number is 48213957',
    '24680',
    'And at Fresh Market?',
    'Move fifty dollars from my savings to my checking account',
    '135790',
    'Yes please',
  );
  await written('app-9033', 'I lost my credit card, please block it', 'customer number 73914628', '11223');
  await written('app-9034', 'How do I open an account?', 'What does a new card cost?');
  say('A call');
  const session = await called(
    'talk',
    [
      [2, 'What are your opening hours?'],
      [15, 'How much is the fee for the current account?'],
    ],
    20.5,
    (page) => page.screenshot({ path: `${images}console-talk.png` }).then(() => page.waitForTimeout(6_000)),
  );
  await fetch(`${base}/sessions/${session}/turns/1/review`, { ...json({ verdict: 'good' }), method: 'PUT' });
  say('Messages');
  await fetch(
    `${base}/batches`,
    json({
      id: 'card-reminders',
      name: 'Card reminders',
      approvedBy: 'Ms Weber',
      items: [
        { key: 'card-ready', text: 'Good day. Your new card is ready at your branch.' },
        { key: 'card-expires', text: 'Good day. Your card expires at the end of next month. A new one is on its way.' },
        { key: 'holiday', text: 'On public holidays our branches are closed. You can reach us by telephone at any time.' },
      ],
    }),
  );
  await until(
    'the messages are made',
    async () => {
      const batch = (await (await fetch(`${base}/batches/card-reminders`)).json()) as { state: string };
      return batch.state === 'done';
    },
    120_000,
  );

  say('Pictures');
  const browser = await openBrowser();
  await picture(browser, `calls/${session}`, 'call', async (page) => {
    await page.getByRole('button', { name: 'See why' }).first().click();
    await page.getByTestId('reading').waitFor({ timeout: 60_000 });
    for (const who of ['Caller', 'Bot'])
      await page
        .locator('#turn-1')
        .getByRole('button', { name: `Play ${who}` })
        .click();
    await page.waitForTimeout(1_500);
    await page.evaluate("document.querySelector('#turn-1').scrollIntoView()");
  });
  await picture(browser, 'calls/app-9032', 'why', async (page) => {
    const turn = page.locator('#turn-1');
    await turn.getByRole('button', { name: 'See why' }).click();
    await turn.getByTestId('reading').waitFor({ timeout: 60_000 });
    await turn.getByLabel('The caller says').fill('How much did I spend on rockets last week?');
    await turn.getByRole('button', { name: 'Run', exact: true }).click();
    await turn.getByTestId('what-if').waitFor({ timeout: 60_000 });
    await page.evaluate("document.querySelector('#turn-1').scrollIntoView()");
  });
  for (const name of [
    'calls',
    'failed',
    'analytics',
    'articles',
    'assistants',
    'cache',
    'adapters',
    'messages',
    'batches',
    'engines',
    'keys',
    'tenants',
    'audit',
  ]) {
    await picture(browser, name, name);
  }
  await picture(browser, 'articles/opening-hours', 'article');
  await picture(browser, 'batches/card-reminders', 'batch');
  await picture(browser, 'analytics', 'analytics-dark', undefined, 'dark');
  await browser.close();
} finally {
  await stack.stop();
  await rm(config.DATA_DIR, { recursive: true, force: true });
}

async function picture(
  browser: Browser,
  path: string,
  name: string,
  prepare?: (page: Page) => Promise<void>,
  colorScheme: 'light' | 'dark' = 'light',
): Promise<void> {
  const page = await browser.newPage({ viewport: size, colorScheme });
  await page.goto(`${base}/console/${path}`);
  await page.locator('main h1').first().waitFor();
  await page.locator('.loading').first().waitFor({ state: 'detached' });
  await prepare?.(page);
  // Charts and fonts.
  await page.waitForTimeout(600);
  await page.screenshot({ path: `${images}console-${name}.png` });
  await page.close();
}
