import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { fromPcm16, toPcm16 } from '../../audio/pcm.ts';
import { resample } from '../../audio/resample.ts';
import { encodeWav } from '../../audio/wav.ts';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** A Chromium of this machine, or the one that CHROMIUM_PATH names; undefined where there is none. */
export const chromiumPath = process.env.CHROMIUM_PATH ?? places.find(existsSync);
if (!chromiumPath)
  process.stderr.write('No Chromium here: tests of the console are skipped. Install it, or set CHROMIUM_PATH.\n');

/** @param microphone a WAV file that is said once, from the moment on at which a page asks for the microphone. */
export function openBrowser({ microphone }: { readonly microphone?: string } = {}): Promise<Browser> {
  const said = microphone
    ? [
        '--use-fake-device-for-media-stream',
        '--use-fake-ui-for-media-stream',
        `--use-file-for-fake-audio-capture=${microphone}%noloop`,
      ]
    : [];
  return chromium.launch({
    executablePath: chromiumPath as string,
    args: ['--no-sandbox', '--autoplay-policy=no-user-gesture-required', ...said],
  });
}

export interface WatchedPage {
  readonly page: Page;
  /** What the page complained about. */
  readonly complaints: string[];
}

/** A page of which every error, and every breach of the security policy, is kept. */
export async function watchedPage(context: BrowserContext): Promise<WatchedPage> {
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    const text = message.text();
    // An answer that is an error is told to the person, and by the browser once more.
    if (message.type() === 'error' && !text.includes('Failed to load resource') && !text.includes('WebSocket connection'))
      complaints.push(text);
  });
  return { page, complaints };
}

const pageRateHz = 48_000;

/** A file of utterances at their moments, silence between and after them. @param said seconds from the beginning, and samples at 16 kHz. */
export async function microphoneFile(
  name: string,
  said: readonly (readonly [at: number, samples: Float32Array])[],
): Promise<string> {
  const parts = await Promise.all(
    said.map(async ([at, samples]) => [at, await resample({ samples, sampleRateHz: 16_000 }, pageRateHz)] as const),
  );
  const seconds = Math.max(...parts.map(([at, samples]) => at + samples.length / pageRateHz)) + 120;
  const whole = new Float32Array(Math.ceil(seconds * pageRateHz));
  for (const [at, samples] of parts) whole.set(samples, Math.round(at * pageRateHz));
  const file = join(tmpdir(), `voicebot-microphone-${process.pid}-${name}.wav`);
  await writeFile(file, encodeWav(toPcm16(whole), pageRateHz));
  return file;
}

/** A script for pages. */
export const inPage = (name: string) => fileURLToPath(new URL(`in-page/${name}.js`, import.meta.url));

/** Keeps what pages of this context play, for `playedIn`. */
export const keepPlayed = (context: BrowserContext): Promise<unknown> => context.addInitScript({ path: inPage('keep-played') });

/** What a page has played since it was opened, at 16 kHz; long silence is shortened. */
export async function playedIn(page: Page): Promise<Float32Array> {
  const bytes = Buffer.from(await page.evaluate<string>(await readFile(inPage('played'), 'utf8')), 'base64');
  return withoutSilence(await resample({ samples: fromPcm16(bytes), sampleRateHz: pageRateHz }, 16_000));
}

const blockSamples = 160;
const keptSilentBlocks = 40;

function withoutSilence(samples: Float32Array): Float32Array {
  const kept: Float32Array[] = [];
  let silent = 0;
  for (let at = 0; at < samples.length; at += blockSamples) {
    const block = samples.subarray(at, at + blockSamples);
    silent = block.some((sample) => Math.abs(sample) > 0.005) ? 0 : silent + 1;
    if (silent <= keptSilentBlocks) kept.push(block);
  }
  const joined = new Float32Array(kept.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const block of kept) {
    joined.set(block, at);
    at += block.length;
  }
  return joined;
}

const axeFile = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** What axe finds in a page that is serious. The page's own policy lets no script in: these are evaluated by the debugger. */
export async function accessibilityFindings(page: Page): Promise<string[]> {
  await page.evaluate(await readFile(axeFile, 'utf8'));
  return page.evaluate<string[]>(await readFile(inPage('axe-findings'), 'utf8'));
}
