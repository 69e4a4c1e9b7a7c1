import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../services/ports.ts';
import type { Stack } from '../../services/stack.ts';
import { startTestProvider, type TestProvider } from '../fakes/oidc-provider.ts';
import { standInEngines } from '../fakes/stand-in-engines.ts';
import { chromiumPath, openBrowser, watchedPage } from '../support/browser.ts';
import { startingTestStack, testEnvironment } from '../support/test-stack.ts';

const adminKey = 'the-administrators-key-of-this-test';

/** The API alone: who may see what asks no worker. */
describe.skipIf(!chromiumPath)('the console, where people must say who they are', () => {
  let stack: Stack;
  let provider: TestProvider;
  let browser: Browser | undefined;
  let base: string;

  beforeAll(async () => {
    const environment = await testEnvironment({
      AUTH: 'on',
      ADMIN_KEY: adminKey,
      AUTH_AUDIENCE: 'voicebot',
      AUTH_CONSOLE_CLIENT_ID: 'console',
    });
    base = `http://127.0.0.1:${environment.PORT}`;
    const port = await freePort();
    provider = await startTestProvider({ port, clientId: 'console', redirectUri: `${base}/console/login`, audience: 'voicebot' });
    const engines = standInEngines({
      transcribeMs: 1,
      embedMs: 1,
      firstTokenMs: 1,
      tokenMs: 1,
      firstAudioMs: 1,
      realTimeFactor: 0,
    });
    stack = await startingTestStack({ ...environment, AUTH_ISSUER: provider.issuer }, { queues: [], engines });
  });
  afterEach(async () => {
    await browser?.close();
    browser = undefined;
  });
  afterAll(async () => {
    await stack?.stop();
    await provider?.stop();
  });

  const opened = async (path = ''): Promise<{ page: Page; complaints: string[] }> => {
    browser = await openBrowser();
    const watched = await watchedPage(await browser.newContext());
    await watched.page.goto(`${base}/console${path}`);
    return watched;
  };
  const pages = (page: Page) => page.locator('nav[aria-label=Pages] a').allInnerTexts();
  const keyOf = async (role: string, tenant?: string) => {
    const response = await fetch(`${base}/keys`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${adminKey}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ name: `of a test`, role, ...(tenant ? { tenant } : {}) }),
    });
    return ((await response.json()) as { key: string }).key;
  };
  const logIn = async (page: Page, key: string) => {
    await page.getByLabel('Or with a key').fill(key);
    await page.getByRole('button', { name: 'Log in', exact: true }).click();
  };

  it('shows nothing before that, and says what is wrong with a key', async () => {
    const { page } = await opened('/calls');
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
    await logIn(page, 'no-key-at-all');
    await page
      .getByRole('alert')
      .getByText(/not valid/)
      .waitFor();
    expect(await page.locator('nav').count()).toBe(0);
  });

  it('shows an administrator every page, an agent what agents may see, and keeps the key with the tab', async () => {
    const { page, complaints } = await opened('/keys');
    await logIn(page, adminKey);
    await page.getByRole('heading', { name: 'Keys', exact: true }).waitFor();
    expect(await pages(page)).toEqual(expect.arrayContaining(['Talk', 'Keys', 'Tenants', 'Audit log']));
    await page.reload();
    await page.getByRole('heading', { name: 'Keys', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('heading', { name: 'Log in' }).waitFor();

    await logIn(page, await keyOf('agent', 'north'));
    await page.getByText('Tenant north').waitFor();
    const shown = await pages(page);
    expect(shown).toContain('Calls');
    expect(shown).not.toContain('Keys');
    expect(shown).not.toContain('Workers and engines');
    await page.goto(`${base}/console/audit`);
    await page.getByRole('heading', { name: 'Page not found' }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('lets people in by the identity provider of the bank, and takes them where they were going', async () => {
    const { page, complaints } = await opened('/articles');
    await page.getByRole('button', { name: /Continue with/ }).click();
    await page.locator('input[name=login]').fill('ann');
    await page.locator('input[name=password]').fill('any');
    await page.getByRole('button', { name: /sign-in/i }).click();
    await page.getByRole('button', { name: /continue/i }).click();
    await page.getByRole('heading', { name: 'Articles', exact: true }).waitFor({ timeout: 20_000 });
    expect(new URL(page.url()).pathname).toBe('/console/articles');
    await page.getByText('Operator').waitFor();
    expect(complaints).toEqual([]);
  });

  it('asks again for a log-in once a key is revoked', async () => {
    const key = await keyOf('operator');
    const { page } = await opened('/calls');
    await logIn(page, key);
    await page.getByRole('heading', { name: 'Calls', exact: true }).waitFor();
    const { keys } = (await (await fetch(`${base}/keys`, { headers: { Authorization: `Bearer ${adminKey}` } })).json()) as {
      keys: { id: string; role: string }[];
    };
    const id = keys.find(({ role }) => role === 'operator')?.id;
    await fetch(`${base}/keys/${id}`, { method: 'DELETE', headers: { Authorization: `Bearer ${adminKey}` } });
    await page.getByRole('heading', { name: 'Log in' }).waitFor({ timeout: 30_000 });
  });
});
