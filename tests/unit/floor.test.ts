import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Floor, type FloorEvent, type FloorState, floorPicture, floorTransitions } from '../../api/live/floor.ts';

const states = Object.keys(floorTransitions) as FloorState[];
const events = [...new Set(states.flatMap((state) => Object.keys(floorTransitions[state])))] as FloorEvent[];

/** The states that a line goes through. */
function statesAfter(...sent: FloorEvent[]): FloorState[] {
  const floor = new Floor();
  return sent.map((event) => {
    floor.send(event);
    return floor.state;
  });
}

const said = ['callerStarted', 'callerPaused', 'callerReleased'] as const;
const answered = [...said, 'turnTaken', 'replyStarted'] as const;

describe('the floor', () => {
  it('goes to the bot after the pause, and back after the reply', () => {
    expect(statesAfter(...answered, 'replyFinished')).toEqual([
      'listening',
      'paused',
      'released',
      'answering',
      'speaking',
      'listening',
    ]);
  });

  it('stays with a caller who goes on', () => {
    expect(statesAfter('callerStarted', 'callerPaused', 'callerResumed', 'callerPaused')).toEqual([
      'listening',
      'paused',
      'listening',
      'paused',
    ]);
  });

  it.each([
    ['at once, where the caller surely means it', ['replyStopped'], 'listening'],
    ['in a pause, where the words tell', ['callerPaused', 'replyStopped'], 'paused'],
    ['at the end, where the words come late', ['callerPaused', 'callerReleased', 'replyStopped'], 'released'],
  ] as const)('is taken by an interruption: %s', (_when, then, state) => {
    expect(statesAfter(...answered, 'callerStarted', ...then).at(-1)).toBe(state);
  });

  it('is not taken by a sound of listening: the reply goes on', () => {
    expect(statesAfter(...answered, 'callerStarted', 'callerPaused', 'callerReleased', 'replyResumed').at(-1)).toBe('speaking');
  });

  it('is not taken by a sound before the reply: it is awaited as before', () => {
    const sound = ['callerStarted', 'callerPaused', 'callerReleased'] as const;
    expect(statesAfter(...said, 'turnTaken', ...sound, 'replyAwaited').at(-1)).toBe('answering');
    expect(statesAfter(...said, ...sound, 'wordsAwaited').at(-1)).toBe('released');
  });

  it('is the caller’s again where nothing comes of a turn, or it was none', () => {
    expect(statesAfter(...said, 'noTurn').at(-1)).toBe('listening');
    expect(statesAfter(...said, 'turnTaken', 'turnFailed').at(-1)).toBe('listening');
  });

  it('comes back from a transfer that failed, and not from one that did not', () => {
    expect(statesAfter('transferStarted', 'callerStarted', 'transferFailed')).toEqual([
      'transferring',
      'transferring',
      'listening',
    ]);
    expect(statesAfter('transferStarted', 'callEnded', 'transferFailed', 'lineGone')).toEqual([
      'transferring',
      'ended',
      'ended',
      'gone',
    ]);
  });

  it('never speaks while the caller does, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...events), { maxLength: 40 }), (sent) => {
        const floor = new Floor();
        for (const event of sent) {
          const before = floor.state;
          const meant = floor.send(event);
          expect(meant).toBe(event in floorTransitions[before]);
          if (meant && event === 'callerStarted') expect(['listening', 'interrupted']).toContain(floor.state);
          if (before === 'gone') expect(floor.state).toBe('gone');
        }
      }),
      { seed: 7 },
    );
  });

  it('can be reached in every state, and every state leads to an end', () => {
    const reached = new Set<FloorState>(['listening']);
    for (let grew = true; grew; ) {
      const next = [...reached].flatMap((state) => Object.values(floorTransitions[state]));
      grew = next.some((state) => !reached.has(state));
      for (const state of next) reached.add(state);
    }
    expect([...reached].sort()).toEqual([...states].sort());
    for (const state of states.filter((one) => one !== 'gone')) expect(floorTransitions[state].lineGone).toBe('gone');
  });

  it('is drawn from its transitions', () => {
    const picture = floorPicture();
    expect(picture).toContain('answering --> speaking: replyStarted');
    for (const state of states) expect(picture).toContain(state);
  });
});
