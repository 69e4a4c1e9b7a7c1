import { describe, expect, it } from 'vitest';
import type { TurnOutcome } from '../../domain/call.ts';
import { newDialog } from '../../domain/dialog/state.ts';
import { detailsOf } from '../../workflows/call-details.ts';

const turn = (over: Partial<TurnOutcome> = {}): TurnOutcome => ({
  ...{
    turn: 1,
    status: 'answered',
    transcript: 'What do I owe?',
    language: 'en',
    reply: 'You owe $5 or $6.',
    source: 'bank',
    intent: 'balance',
  },
  ...{
    audioMs: 1_000,
    spokenMs: 2_000,
    timings: { totalMs: 412, lookup: { queueMs: 1, workMs: 20 }, bank: { queueMs: 1, workMs: 130 } },
  },
  ...over,
});

describe('what the Temporal UI shows of a call', () => {
  it('tells who calls, what was asked and done, and how long it took, in seconds', () => {
    const shown = detailsOf('active', { recent: [turn()], dialog: { ...newDialog, trust: 'verified' } });
    expect(shown).toContain('Call is **active** · caller is **verified**');
    expect(shown).toContain('**1.** What do I owe?');
    expect(shown).toContain('balance, answered by bank · took 0.41 s (understand 0.02 s, bank 0.13 s)');
  });

  it('says how long the caller waited, where that is known, and what was slowest', () => {
    const heard = (waitedMs: number) => ({ playback: { turn: 1, heardReply: '', playedMs: 1, interrupted: false, waitedMs } });
    const shown = detailsOf('ended', { recent: [turn(heard(420)), turn({ turn: 2, ...heard(1_700) })], dialog: newDialog });
    expect(shown).toContain('waited 1.70 s at the most');
    expect(shown).toContain('waited 0.42 s');
  });

  it('takes nothing that was said for Markdown: no formula between dollar signs, no emphasis, no link', () => {
    const shown = detailsOf('active', {
      recent: [turn({ transcript: '*a* _b_ [c](http://d) <e> `f` $1 $2' })],
      dialog: newDialog,
    });
    expect(shown).not.toMatch(/\$\d/);
    for (const written of ['\\*a\\*', '\\_b\\_', '\\[c\\]', '\\<e\\>', '\\`f\\`', '&#36;1']) expect(shown).toContain(written);
  });

  it('names the step at which a turn failed', () => {
    const error = { step: 'think', code: 'worker-unavailable', message: 'gone' };
    expect(detailsOf('active', { recent: [turn({ status: 'failed', error })], dialog: newDialog })).toContain(
      '**failed at think: worker-unavailable**',
    );
  });
});
