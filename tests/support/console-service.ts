import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { toPcm16 } from '../../audio/pcm.ts';
import { resample } from '../../audio/resample.ts';
import { decodeWav, encodeWav } from '../../audio/wav.ts';
import { type FakeOpenAi, startFakeOpenAi } from '../fakes/openai-server.ts';
import { keepPlayed, openBrowser, watchedPage } from './browser.ts';
import { testEnvironment } from './test-stack.ts';
import { until } from './until.ts';

const bin = fileURLToPath(new URL('../../cli/bin.mjs', import.meta.url));

const started = (environment: Record<string, string>) =>
  execa('node', [bin, 'start'], { env: { ...process.env, ...environment } as Record<string, string>, reject: false });

interface OpenedPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the page complained about. */
  readonly complaints: string[];
}

/**
 * The whole service in a process of its own, with its real engines and a model that a test plays, and Chromium: for the tests of a file,
 * whose browser is closed after each.
 */
export class ConsoleService {
  model!: FakeOpenAi;
  #environment: Record<string, string> = {};
  #process: ReturnType<typeof started> | undefined;
  #browser: Browser | undefined;

  get base(): string {
    return `http://127.0.0.1:${this.#environment.PORT}`;
  }

  async start(more: Record<string, string>): Promise<void> {
    this.model = await startFakeOpenAi();
    this.model.behaviour = { pieces: ['It is nice to talk to you.'] };
    this.#environment = await testEnvironment({
      ...{ OPENAI_BASE_URL: this.model.baseUrl, RECORD_AUDIO: 'true', WHISPER_MODEL: 'base' },
      ...more,
    });
    await this.restart();
  }

  /** Ends it without notice. */
  async kill(): Promise<void> {
    this.#process?.kill('SIGKILL');
    await this.#process;
  }

  /** Starts it again over the same data. */
  async restart(): Promise<void> {
    this.#process = started(this.#environment);
    await this.#ready();
  }

  async stop(): Promise<void> {
    this.#process?.kill('SIGINT');
    await this.#process;
    await this.model?.close();
    const { DATA_DIR: dataDir } = this.#environment;
    if (dataDir) await rm(dataDir, { recursive: true, force: true });
  }

  #ready(): Promise<unknown> {
    return until(
      'the service lets callers in',
      async () => {
        const answer = await fetch(`${this.base}/ready`).then(
          (response) => response.json() as Promise<{ status: string }>,
          () => undefined,
        );
        return answer?.status === 'ok';
      },
      170_000,
    );
  }

  /** @param microphone a WAV file, as `microphoneFile` makes them. */
  async browser(microphone?: string): Promise<Browser> {
    await this.closeBrowser();
    this.#browser = await openBrowser(microphone === undefined ? {} : { microphone });
    return this.#browser;
  }

  async closeBrowser(): Promise<void> {
    await this.#browser?.close();
    this.#browser = undefined;
  }

  /** A page of the console, in a new browser. */
  async opened(path: string, microphone?: string): Promise<OpenedPage> {
    const browser = await this.browser(microphone);
    const context = await browser.newContext({
      viewport: { width: 1280, height: 860 },
      permissions: microphone ? ['microphone'] : [],
    });
    await keepPlayed(context);
    const watched = await watchedPage(context);
    await watched.page.goto(`${this.base}/console${path}`);
    return { ...watched, context };
  }

  /** Somebody else than the bot speaks, by the service's own voice. */
  async spoken(text: string): Promise<Float32Array> {
    const response = await this.post('/tts/test', { text, voice: 'am_michael' });
    return resample(decodeWav(new Uint8Array(await response.arrayBuffer()), 60), 16_000);
  }

  /** What Whisper hears. @param samples at 16 kHz. */
  async transcribed(samples: Float32Array): Promise<string> {
    const response = await fetch(`${this.base}/stt/test`, {
      method: 'POST',
      headers: { 'Content-Type': 'audio/wav' },
      body: new Uint8Array(encodeWav(toPcm16(samples), 16_000)),
    });
    return ((await response.json()) as { text: string }).text;
  }

  post(path: string, body: unknown = {}): Promise<Response> {
    return fetch(`${this.base}${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  async get<T>(path: string): Promise<T> {
    return (await (await fetch(`${this.base}${path}`)).json()) as T;
  }
}

/** One for the tests of this file. @param environment what differs. */
export function useConsole(environment: () => Promise<Record<string, string>> = async () => ({})): ConsoleService {
  const service = new ConsoleService();
  beforeAll(async () => service.start(await environment()));
  afterEach(() => service.closeBrowser());
  afterAll(() => service.stop());
  return service;
}
