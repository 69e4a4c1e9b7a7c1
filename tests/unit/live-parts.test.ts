import { describe, expect, it } from 'vitest';
import { dialTwiml } from '../../activities/transfer-hook.ts';
import { EchoDetector } from '../../api/live/echo.ts';
import { RealTimeBudget } from '../../api/live/real-time-budget.ts';
import { encodeFrame, FrameReader, frameKinds, uuidOf } from '../../api/telephony/audiosocket-frames.ts';
import { mediaToken, sameSecret, twilioSignature } from '../../api/telephony/twilio-signature.ts';
import { fromMuLaw, toMuLaw } from '../../audio/mulaw.ts';
import { createStreamResampler } from '../../audio/stream-resampler.ts';
import { isBackchannel } from '../../domain/backchannel.ts';
import { completenessOf, releaseMsFor } from '../../domain/endpointing/completeness.ts';
import { intentOf } from '../../domain/intent.ts';
import { promptFor } from '../../domain/persona.ts';
import { SentenceSplitter } from '../../domain/sentences.ts';
import { audioFrame, readFrames, textFrame } from '../../media/speech-frames.ts';
import { tone } from '../support/audio.ts';

describe('sounds of listening', () => {
  it.each(['Mhm.', 'mm-hmm', 'Uh-huh.', 'Okay.', 'Yeah, yeah.', 'Hmm...', 'I see.'])('%s', (text) =>
    expect(isBackchannel(text)).toBe(true),
  );
  it.each(['Stop.', 'No.', 'Wait!', 'What?', 'Okay, but what about my card?', 'Yes, please do that now.'])(
    'but not: %s',
    (text) => expect(isBackchannel(text)).toBe(false),
  );
});

describe('a transcript reads as', () => {
  it.each([
    ['How is the weather?', 'finished'],
    ['What do you like?', 'finished'],
    ['Thank you.', 'finished'],
    ['I would like to.', 'unfinished'],
    ['My account number is,', 'unfinished'],
    ['I want to know if', 'unfinished'],
    ['the blue one', 'unknown'],
    ['', 'unknown'],
  ] as const)('"%s": %s', (text, expected) => expect(completenessOf(text)).toBe(expected));

  it('and voice and words together set the wait', () => {
    const bounds = { minMs: 300, maxMs: 1500 };
    const both = releaseMsFor(bounds, 0.9, 'How are you?');
    const voiceOnly = releaseMsFor(bounds, 0.9, undefined);
    const nothing = releaseMsFor(bounds, undefined, undefined);
    const disagree = releaseMsFor(bounds, 0.9, 'I would like to');
    const neither = releaseMsFor(bounds, 0.1, 'I would like to');
    expect(both).toBe(300);
    expect(neither).toBe(1500);
    expect([both, voiceOnly, nothing, disagree, neither]).toEqual(
      [both, voiceOnly, nothing, disagree, neither].toSorted((a, b) => a - b),
    );
  });
});

describe('the wish for a person', () => {
  it.each([
    'Can I talk to a person?',
    'I want to speak with someone.',
    'Transfer me to an agent, please.',
    'A human being, please.',
  ])('is heard in: %s', (text) => expect(intentOf(text)).toBe('person'));
});

describe('a first clause', () => {
  it('is spoken before its sentence is complete', () => {
    const splitter = new SentenceSplitter({ firstClause: true });
    expect(splitter.push("It's a beautiful day, isn't")).toEqual(["It's a beautiful day,"]);
    expect(splitter.push(' it? And, well, so')).toEqual(["isn't it?"]);
    expect(splitter.flush()).toEqual(['And, well, so']);
  });

  it('is not a single word', () => {
    expect(new SentenceSplitter({ firstClause: true }).push('Well, that is')).toEqual([]);
  });
});

describe('what a caller said before the bot could answer', () => {
  it('belongs to what they say next', () => {
    const messages = promptFor('the bank', [{ transcript: 'Hello.', reply: '' }], 'How are you?', 1000);
    expect(messages.at(-1)).toEqual({ role: 'user', content: 'Hello. How are you?' });
    expect(messages.some(({ content }) => content === '')).toBe(false);
  });
});

describe('an echo', () => {
  const voice = (seed: number, seconds: number) => {
    let state = seed;
    const random = () => {
      state = (state * 1_664_525 + 1_013_904_223) >>> 0;
      return state / 2 ** 32 - 0.5;
    };
    // Noise of low frequencies, as changing as speech.
    let smooth = 0;
    return Float32Array.from({ length: seconds * 16_000 }, () => {
      smooth = smooth * 0.9 + random() * 0.3;
      return smooth;
    });
  };
  const detector = (heard: (played: Float32Array) => Float32Array) => {
    const echo = new EchoDetector();
    const played = voice(1, 1);
    echo.played(played);
    echo.heard(heard(played));
    return echo;
  };

  it('is told by its wave, at any delay, softer and with some noise', () => {
    for (const delayMs of [0, 40, 130, 400]) {
      const noise = voice(7, 1);
      const echo = detector((played) => {
        const from = played.length - 3_200 - delayMs * 16;
        return played.slice(from, from + 3_200).map((sample, i) => sample * 0.2 + (noise[i] as number) * 0.02);
      });
      expect(echo.isEcho(), `${delayMs} ms`).toBe(true);
    }
  });

  it('is told at its beginning, after a loud sentence and a pause', () => {
    const echo = new EchoDetector();
    const silence = new Float32Array(16_000 * 0.3);
    echo.played(voice(3, 1).map((sample) => sample * 3));
    echo.heard(new Float32Array(16_000));
    echo.heard(silence);
    const next = voice(4, 0.3);
    echo.played(next);
    // A tenth of a second of it has come back.
    echo.heard(next.slice(0, 1_600).map((sample) => sample * 0.25));
    expect(echo.isEcho()).toBe(true);
  });

  it('is told where the bot speaks in pieces of any length, with gaps between them', () => {
    const speech = voice(9, 3);
    let missed = 0;
    let judged = 0;
    for (const [delay, pieces] of [
      [310, [1_001, 2_503, 997, 4_001, 3_333]],
      [1_203, [3_217, 1_999, 2_801, 5_003]],
    ] as const) {
      const echo = new EchoDetector();
      // One clock for both directions: what is played comes back after the delay.
      const line = new Float32Array(16_000 * 4);
      let at = 1_600;
      let from = 0;
      const starts: number[] = [];
      for (const length of pieces) {
        line.set(speech.subarray(from, from + length), at);
        starts.push(at);
        from += length;
        at += length + 2_000;
      }
      let played = 0;
      for (let now = 0; now + 512 <= at; now += 512) {
        // The mouth sends in packets whose ends are where pieces end.
        const until = Math.min(at, now + 512 + 700);
        while (played < until) {
          const next = starts.find((start) => start > played) ?? until;
          const end = Math.min(until, next, played + 320);
          echo.played(line.slice(played, end));
          played = end;
        }
        const back = line.slice(Math.max(0, now - delay), Math.max(0, now - delay) + 512).map((sample) => sample * 0.25);
        echo.heard(back);
        const loud = back.reduce((sum, sample) => sum + sample * sample, 0) / 512 > 1e-4;
        if (!loud) continue;
        judged++;
        if (!echo.isEcho()) missed++;
      }
    }
    expect(judged).toBeGreaterThan(20);
    expect(missed).toBe(0);
  });

  it('is told on a line whose filter bends its wave, but another voice at the same delay is not', () => {
    const played = voice(5, 3);
    const band = { low: 0, high: 0 };
    const echo = new EchoDetector();
    // Half a sample late, without the lowest and the highest sounds, as a telephone line sends it back.
    const back = played.map((sample, i) => {
      const now = (sample + (played[i - 1] ?? 0)) / 2;
      band.low += 0.03 * (now - band.low);
      band.high += 0.74 * (now - band.low - band.high);
      return band.high * 0.25;
    });
    const delay = 1_203;
    const judged = { bot: [] as boolean[], caller: [] as boolean[] };
    const caller = voice(6, 3).map((sample) => sample * 0.25);
    for (let at = 0; at + 512 + 1_600 <= played.length; at += 512) {
      if (at === 0) echo.played(played.subarray(0, 1_600));
      echo.played(played.subarray(at + 1_600, at + 1_600 + 512));
      const line = at < 24_000 ? back : caller;
      echo.heard(at < delay ? new Float32Array(512) : line.slice(at - delay, at - delay + 512));
      if (at > delay + 3_072 && at < 24_000) judged.bot.push(echo.isEcho());
      if (at > 24_000 + 3_072) judged.caller.push(echo.isEcho());
    }
    expect(judged.bot.length).toBeGreaterThan(30);
    expect(judged.bot).not.toContain(false);
    expect(judged.caller.length).toBeGreaterThan(20);
    expect(judged.caller).not.toContain(true);
  });

  it('is not another voice, and not silence', () => {
    expect(detector(() => voice(2, 0.2)).isEcho()).toBe(false);
    expect(detector(() => new Float32Array(3_200)).isEcho()).toBe(false);
  });
});

describe('real time', () => {
  it('may be late and in heaps, but not faster for long', () => {
    let now = 0;
    const budget = new RealTimeBudget(1_000, () => now);
    for (let second = 0; second < 60; second++) {
      now = second * 1_000;
      budget.spend(1_000);
    }
    now += 10_000;
    // The ten seconds in which nothing came are not saved up.
    budget.spend(9_000);
    expect(() => budget.spend(9_000)).toThrow(/ahead of real time/);
  });
});

describe('mu-law', () => {
  it('keeps samples within its steps, and known codes', () => {
    const samples = Int16Array.from({ length: 2_000 }, (_, i) => Math.round(32_000 * Math.sin(i / 7)));
    for (const [i, sample] of fromMuLaw(toMuLaw(samples)).entries()) {
      expect(Math.abs(sample - (samples[i] as number))).toBeLessThanOrEqual(Math.abs(samples[i] as number) / 16 + 8);
    }
    // G.711: silence is 0xff, the loudest samples are 0x80 and 0x00.
    expect([...toMuLaw(Int16Array.of(0, 32_767, -32_768))]).toEqual([0xff, 0x80, 0x00]);
  });
});

describe('a streaming resampler', () => {
  it('keeps a tone and removes what the new rate cannot hold', async () => {
    const energy = async (hz: number) => {
      const resampler = await createStreamResampler(48_000, 8_000);
      const input = tone(1, 48_000, hz);
      let sum = 0;
      let n = 0;
      for (let i = 0; i < input.length; i += 960) {
        for (const sample of resampler.push(input.subarray(i, i + 960))) {
          sum += sample ** 2;
          n++;
        }
      }
      resampler.close();
      return Math.sqrt(sum / n);
    };
    expect(await energy(1_000)).toBeGreaterThan(0.33);
    expect(await energy(6_000)).toBeLessThan(0.02);
  });
});

describe('frames of speech', () => {
  it('come whole out of any packets', async () => {
    const pcm = new Uint8Array(new Int16Array([1, -2, 3]).buffer);
    const bytes = Buffer.concat([textFrame('Grüße.'), audioFrame(pcm), textFrame('Bye.'), audioFrame(pcm)]);
    for (const size of [1, 2, 3, 7, 100]) {
      async function* packets() {
        for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
      }
      const frames = [];
      for await (const frame of readFrames(packets()))
        frames.push(frame.kind === 'text' ? frame.text : [...new Int16Array(frame.pcm.buffer)]);
      expect(frames).toEqual(['Grüße.', [1, -2, 3], 'Bye.', [1, -2, 3]]);
    }
  });

  it('that are none are refused', async () => {
    async function* garbage() {
      yield new TextEncoder().encode('RIFF something');
    }
    await expect(readFrames(garbage()).next()).rejects.toMatchObject({ code: 'invalid-audio' });
  });
});

describe('telephony', () => {
  it('reads AudioSocket frames out of any packets', () => {
    const id = Uint8Array.from({ length: 16 }, (_, i) => i * 16);
    const bytes = Buffer.concat([
      encodeFrame(frameKinds.id, id),
      encodeFrame(frameKinds.audio, new Uint8Array(320)),
      encodeFrame(0),
    ]);
    const reader = new FrameReader();
    const frames = [...bytes].flatMap((byte) => reader.push(Uint8Array.of(byte)));
    expect(frames.map(({ kind, payload }) => [kind, payload.length])).toEqual([
      [0x01, 16],
      [0x10, 320],
      [0x00, 0],
    ]);
    expect(uuidOf(frames[0]?.payload ?? id)).toBe('00102030-4050-6070-8090-a0b0c0d0e0f0');
    expect(() => uuidOf(new Uint8Array(3))).toThrow(/UUID/);
  });

  it('signs as Twilio does', () => {
    // The example of Twilio's documentation.
    const form = {
      CallSid: 'CA1234567890ABCDE',
      Caller: '+14158675309',
      Digits: '1234',
      From: '+14158675309',
      To: '+18005551212',
    };
    const url = 'https://mycompany.com/myapp.php?foo=1&bar=2';
    expect(twilioSignature('12345', url, form)).toBe('RSOYDt4T1cUTdK1PDd93/VVr8B8=');
    expect(sameSecret(mediaToken('a', 'CA1', 'x'), mediaToken('a', 'CA1', 'x'))).toBe(true);
    expect(sameSecret(mediaToken('a', 'CA1', 'x'), mediaToken('a', 'CA2', 'x'))).toBe(false);
    expect(sameSecret('', mediaToken('a', 'CA1', 'x'))).toBe(false);
  });

  it('dials numbers and SIP addresses, and no markup', () => {
    expect(dialTwiml('+4930123456')).toContain('<Dial>+4930123456</Dial>');
    expect(dialTwiml('sip:agents@bank.example')).toContain('<Sip>sip:agents@bank.example</Sip>');
    expect(dialTwiml('</Dial><Hangup/>')).not.toContain('<Hangup');
  });
});
