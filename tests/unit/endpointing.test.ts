import { describe, expect, it } from 'vitest';
import { type EndpointEvent, Endpointer, frameMs } from '../../api/live/endpointing.ts';

const settings = { pauseMs: 160, releaseMs: 800, maxTurnMs: 10_000 };
const frames = (ms: number) => Math.ceil(ms / frameMs);

/** Feeds stretches of [probability, milliseconds] and tells what came, and at which millisecond. */
function hear(endpointer: Endpointer, ...stretches: [number, number][]): [EndpointEvent['type'], number][] {
  const events: [EndpointEvent['type'], number][] = [];
  let at = 0;
  for (const [probability, ms] of stretches) {
    for (let i = 0; i < frames(ms); i++) {
      at += frameMs;
      const event = endpointer.push(probability);
      if (event) events.push([event.type, at]);
    }
  }
  return events;
}
const names = (events: [EndpointEvent['type'], number][]) => events.map(([type]) => type);

describe('the end of a turn', () => {
  it('is a pause first, and then, when nothing follows, the release', () => {
    const events = hear(new Endpointer(settings), [0, 320], [0.9, 960], [0, 1500]);
    expect(names(events)).toEqual(['suspected', 'started', 'paused', 'released']);
    const at = Object.fromEntries(events);
    expect(at.paused).toBe(320 + 960 + 160);
    expect(at.released).toBe(320 + 960 + 800);
  });

  it('comes sooner when the turn is known to be finished, and later when not', () => {
    for (const [releaseMs, expected] of [
      [320, 320],
      [1600, 1600],
    ] as const) {
      const endpointer = new Endpointer(settings);
      hear(endpointer, [0.9, 960], [0, 160]);
      endpointer.expectRelease(releaseMs);
      const [[type, at] = []] = hear(endpointer, [0, 3000]);
      expect([type, at]).toEqual(['released', expected - 160]);
    }
  });

  it('is taken back when the caller goes on', () => {
    const events = hear(new Endpointer(settings), [0.9, 960], [0, 320], [0.9, 320], [0, 1500]);
    expect(names(events)).toEqual(['suspected', 'started', 'paused', 'resumed', 'paused', 'released']);
  });

  it('is not taken back by a click', () => {
    const events = hear(new Endpointer(settings), [0.9, 960], [0, 320], [0.9, frameMs], [0, 1500]);
    expect(names(events)).toEqual(['suspected', 'started', 'paused', 'released']);
  });

  it('comes for a turn that is too long, whatever is said', () => {
    const events = hear(new Endpointer({ ...settings, maxTurnMs: 1_000 }), [0.9, 3_000]);
    expect(names(events).slice(1, 4)).toEqual(['started', 'paused', 'released']);
  });
});

describe('the beginning of a turn', () => {
  it('is no sound shorter than a tenth of a second', () => {
    expect(names(hear(new Endpointer(settings), [0.9, 2 * frameMs], [0, 320], [0.9, frameMs], [0, 320]))).toEqual([
      'suspected',
      'dismissed',
    ]);
  });

  it('is no doubtful sound, though speech may fall to that', () => {
    expect(hear(new Endpointer(settings), [0.4, 2_000])).toEqual([]);
    expect(names(hear(new Endpointer(settings), [0.9, 320], [0.4, 2_000]))).toEqual(['suspected', 'started']);
  });
});
