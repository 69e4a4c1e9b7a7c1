import { describe, expect, it } from 'vitest';
import { decide } from '../../domain/dialog/decide.ts';
import { recordingWish } from '../../domain/dialog/recording.ts';
import { type DialogState, newDialog } from '../../domain/dialog/state.ts';
import { wording } from '../../domain/wording.ts';
import { context } from '../support/assistant.ts';

describe('what a caller wants of the recording', () => {
  it.each([
    'Stop recording.',
    'Please stop recording this call.',
    "I don't want to be recorded.",
    'Can you not record this?',
    'Do not record me please',
    "I'd rather not be recorded",
    'no recording please',
    'Turn off the recording',
    'Could you switch the recording off?',
    'I do not consent to being recorded',
    'I object to being recorded',
    "Please don't tape this",
    'pause the recording',
    "Don't record what I say now",
  ])('is none: %s', (text) => expect(recordingWish(text)).toBe('off'));

  it.each([
    'You can record again',
    'Resume recording',
    'You may go on recording',
    'start recording again',
    'please continue the recording',
    "don't stop recording",
    'you can record me now',
  ])('is one again: %s', (text) => expect(recordingWish(text)).toBe('on'));

  it.each([
    'Why do you record this?',
    'Are you recording this call?',
    'Is this call recorded?',
    'I have no record of that payment',
    'There is no record of it',
    'Can you record a dispute for me?',
    'Stop my card',
    'record the transfer',
    'I did not record the number',
    'My records do not show it',
    'Can I stop the standing order?',
    'is there a recording of my last call',
    'I was on tape five minutes ago',
  ])('is not what this is about: %s', (text) => expect(recordingWish(text)).toBeUndefined());
});

describe('a caller who wants no recording', () => {
  const heard = (text: string) => ({ text, intent: 'balances', sure: false, slots: {} }) as never;

  it('is told so, and what was being asked stays open', () => {
    const asked: DialogState = {
      ...newDialog,
      pending: { kind: 'identify', need: 'customer-number', request: { intent: 'balances', slots: {} }, asked: 1 },
    };
    const decision = decide(asked, heard('Please stop recording me.'), context);
    expect(decision.dialog).toMatchObject({ unrecorded: true, pending: asked.pending });
    expect(decision.kind === 'say' && decision.reply).toContain(wording.recordingStopped);
    const again = decide(decision.dialog, heard('You can record again.'), context);
    expect(again.dialog.unrecorded).toBeUndefined();
    expect(again.kind === 'say' && again.reply).toContain(wording.recordingResumed);
  });
});
