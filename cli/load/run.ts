import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { toPcm16 } from '../../audio/pcm.ts';
import { resample } from '../../audio/resample.ts';
import { decodeWav } from '../../audio/wav.ts';
import { deadline } from '../../domain/deadline.ts';
import { messageOf } from '../../domain/errors.ts';
import { type ApiClient, apiKey, jsonRequest } from '../api-client.ts';
import { type Asked, Caller, frameMs, sampleRateHz } from './caller.ts';
import { type Spread, spreadOf } from './percentiles.ts';

export interface LoadOptions {
  readonly users: number;
  readonly durationSeconds: number;
  /** Over which callers come, one after the other. */
  readonly rampSeconds: number;
  readonly scenario: string;
  readonly phrases: readonly string[];
  /** Until a caller hangs up and calls again. */
  readonly turnsOfCall: number;
  /** What a caller takes before they speak again. */
  readonly pauseMs: number;
  readonly signal: AbortSignal;
  readonly onSecond?: (state: { readonly seconds: number; readonly turns: number; readonly failed: number }) => void;
}

export interface LoadReport {
  readonly type: 'load-testing';
  readonly url: string;
  readonly startedAt: string;
  readonly users: number;
  readonly durationSeconds: number;
  readonly rampSeconds: number;
  readonly scenario: string;
  readonly calls: number;
  readonly refused: number;
  readonly turns: number;
  readonly answered: number;
  readonly failed: number;
  readonly turnsPerSecond: number;
  /** From the last word that was sent to the first sound of the reply, as the caller hears it. */
  readonly voiceToVoiceMs: Spread;
  readonly connectMs: Spread;
  readonly causes: readonly { readonly cause: string; readonly times: number }[];
  readonly timeline: readonly {
    readonly second: number;
    readonly turns: number;
    readonly failed: number;
    readonly p50: number | null;
    readonly p95: number | null;
  }[];
  /** Of this machine while it ran; the service's own where both are one. */
  readonly machineBusyPercent: Spread;
  /** Of this process: whether it was itself what held the callers up. */
  readonly driver: {
    readonly cpuPercentOfCore: number;
    readonly eventLoopP99Ms: number;
    readonly lateFramesPercent: number;
    readonly wasTheLimit: boolean;
  };
}

interface Turn extends Asked {
  readonly second: number;
}

/** A frame this late is heard as a gap. */
const lateMs = 40;
const timelineSeconds = 5;
/** Of samples from -1 to 1. */
const audibleLevel = 0.01;
const refusedPauseMs = 1_000;

/** What callers say, as the service itself speaks it. */
export async function spokenPhrases(client: ApiClient, phrases: readonly string[]): Promise<Uint8Array[]> {
  const spoken: Uint8Array[] = [];
  for (const text of phrases) {
    const wav = await client.bytes('/tts/test', jsonRequest('POST', { text, voice: 'am_michael' }));
    spoken.push(toPcm16(wordsIn(await resample(decodeWav(wav, 60), sampleRateHz))));
  }
  return spoken;
}

/** Without the silence before and after them: a wait is counted from the last word. */
function wordsIn(samples: Float32Array): Float32Array {
  const loud = (sample: number) => Math.abs(sample) > audibleLevel;
  const [first, last] = [samples.findIndex(loud), samples.findLastIndex(loud)];
  return first < 0 ? samples : samples.slice(first, last + 1);
}

/** Real calls over the live socket, in real time. */
export async function loadTest(client: ApiClient, options: LoadOptions): Promise<LoadReport> {
  const words = await spokenPhrases(client, options.phrases);
  const { default: si } = await import('systeminformation');
  const run = randomUUID().slice(0, 8);
  const startedAt = performance.now();
  const began = new Date().toISOString();
  const seconds = () => (performance.now() - startedAt) / 1000;
  const stopping = deadline(options.durationSeconds * 1000, options.signal);
  // Every caller waits for it.
  setMaxListeners(0, stopping);
  const turns: Turn[] = [];
  const connectMs: number[] = [];
  const busy: number[] = [];
  const refusals = new Map<string, number>();
  const callers = new Set<Caller>();
  const lag = monitorEventLoopDelay({ resolution: 10 });
  lag.enable();
  const cpuBefore = process.cpuUsage();
  const clock = keepTime(callers);
  const sampling = setInterval(() => {
    options.onSecond?.({ seconds: seconds(), turns: turns.length, failed: turns.filter(isFailed).length });
    void si.currentLoad().then(({ currentLoad }) => busy.push(currentLoad));
  }, 1_000);
  let calls = 0;

  const line = async (number: number) => {
    await sleep((options.rampSeconds * 1000 * number) / options.users, undefined, { signal: stopping }).catch(() => undefined);
    for (let call = 0, said = number; !stopping.aborted; call++) {
      const before = performance.now();
      const sessionId = `load-${run}-${number}-${call}`;
      const caller = await Caller.connect({ baseUrl: client.baseUrl, sessionId, token: apiKey() }).catch((error) => {
        refusals.set(messageOf(error), (refusals.get(messageOf(error)) ?? 0) + 1);
        return undefined;
      });
      if (!caller) {
        await sleep(refusedPauseMs, undefined, { signal: stopping }).catch(() => undefined);
        continue;
      }
      calls += 1;
      connectMs.push(performance.now() - before);
      callers.add(caller);
      for (let turn = 0; turn < options.turnsOfCall && !stopping.aborted && caller.open; turn++, said++) {
        const asked = await caller.ask(words[said % words.length] as Uint8Array);
        turns.push({ ...asked, second: seconds() });
        await sleep(options.pauseMs, undefined, { signal: stopping }).catch(() => undefined);
      }
      await caller.hangUp();
      callers.delete(caller);
    }
  };

  await Promise.all(Array.from({ length: options.users }, (_, number) => line(number)));
  clearInterval(sampling);
  const frames = clock.stop();
  lag.disable();
  const took = seconds();
  const { user, system } = process.cpuUsage(cpuBefore);
  const cpuPercentOfCore = Math.round((user + system) / 1000 / (took * 10));
  const eventLoopP99Ms = Math.round(lag.percentile(99) / 1e5) / 10;
  const refused = [...refusals.values()].reduce((sum, times) => sum + times, 0);
  const waits = (some: readonly Turn[]) => some.flatMap(({ waitMs }) => (waitMs === null ? [] : [waitMs]));
  return {
    ...{ type: 'load-testing', url: client.baseUrl, startedAt: began, users: options.users, durationSeconds: Math.round(took) },
    ...{ rampSeconds: options.rampSeconds, scenario: options.scenario, calls, refused, turns: turns.length },
    answered: turns.filter((turn) => !isFailed(turn)).length,
    failed: turns.filter(isFailed).length,
    turnsPerSecond: Math.round((turns.length / took) * 100) / 100,
    voiceToVoiceMs: spreadOf(waits(turns)),
    connectMs: spreadOf(connectMs),
    causes: causesOf(turns, refusals),
    timeline: Array.from({ length: Math.ceil(took / timelineSeconds) }, (_, i) => {
      const some = turns.filter(({ second }) => Math.floor(second / timelineSeconds) === i);
      const { p50, p95 } = spreadOf(waits(some));
      return { second: i * timelineSeconds, turns: some.length, failed: some.filter(isFailed).length, p50, p95 };
    }),
    machineBusyPercent: spreadOf(busy),
    driver: {
      ...{ cpuPercentOfCore, eventLoopP99Ms, lateFramesPercent: frames.latePercent },
      wasTheLimit: frames.latePercent > 1 || cpuPercentOfCore > 80,
    },
  };
}

const isFailed = ({ answer }: Asked) => answer !== 'answered';

/** Takes the frames of all callers at their time, by one clock. */
function keepTime(callers: ReadonlySet<Caller>) {
  let stopped = false;
  let [frames, late] = [0, 0];
  const running = (async () => {
    const startedAt = performance.now();
    for (let frame = 1; !stopped; frame++) {
      for (const caller of callers) caller.sendFrame();
      frames += 1;
      const left = startedAt + frame * frameMs - performance.now();
      if (left < -lateMs) late += 1;
      await sleep(Math.max(0, left));
    }
  })();
  return {
    stop: () => {
      stopped = true;
      void running;
      return { latePercent: frames === 0 ? 0 : Math.round((late / frames) * 1000) / 10 };
    },
  };
}

function causesOf(turns: readonly Turn[], refusals: ReadonlyMap<string, number>) {
  const causes = new Map<string, number>();
  for (const [why, times] of refusals) causes.set(`not let in: ${why}`, times);
  for (const { answer, why } of turns.filter(isFailed)) {
    const cause = why === null ? answer : `${answer}: ${why}`;
    causes.set(cause, (causes.get(cause) ?? 0) + 1);
  }
  return [...causes].map(([cause, times]) => ({ cause, times })).sort((a, b) => b.times - a.times);
}
