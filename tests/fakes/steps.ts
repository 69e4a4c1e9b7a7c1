/** Fake activities of a call: they answer at once, or do what the test puts in their place, and count what they were asked. */
import type { CacheActivities } from '../../activities/cache.ts';
import type { LlmActivities } from '../../activities/llm.ts';
import type { RecordsActivities, RecordTurnInput } from '../../activities/records.ts';
import type { SttActivities } from '../../activities/stt.ts';
import type { TelephonyActivities, TransferInput } from '../../activities/telephony.ts';
import type { TtsActivities } from '../../activities/tts.ts';

export interface FakeSteps {
  stt: SttActivities;
  cache: CacheActivities;
  llm: LlmActivities;
  tts: TtsActivities;
  records: RecordsActivities;
  telephony: TelephonyActivities;
  /** What was spoken, recorded and remembered. */
  spoken: string[];
  recorded: RecordTurnInput[];
  /** Turns whose audio was kept. */
  kept: number[];
  remembered: string[];
  ended: string[];
  thoughts: string[];
  prepared: string[];
  transfers: TransferInput[];
}

const timing = { queueMs: 1, workMs: 2 };

/** The caller's words are the URL of what was heard. */
export function fakeSteps(): FakeSteps {
  const steps: FakeSteps = {
    spoken: [],
    recorded: [],
    kept: [],
    remembered: [],
    ended: [],
    thoughts: [],
    prepared: [],
    transfers: [],
    stt: {
      transcribe: async ({ heardUrl, recording }) => ({
        text: heardUrl ?? `(again: ${recording})`,
        language: 'en',
        audioMs: 1000,
        lowConfidence: false,
        timing,
      }),
    },
    cache: {
      lookup: async () => ({ hit: null, searchMs: 1, timing }),
      remember: async ({ question }) => void steps.remembered.push(question),
    },
    llm: {
      think: async ({ transcript, history }) => {
        steps.thoughts.push(`${transcript} [${history.length}]`);
        return { reply: `You said: ${transcript}`, source: 'model', withheld: 0, firstSentenceMs: 1, timing };
      },
    },
    tts: {
      speak: async ({ text }) => {
        steps.spoken.push(text ?? '(the pipe)');
        return { spokenMs: 500, sampleRateHz: 24_000, firstAudioMs: 100, timing };
      },
      prepare: async ({ text }) => void steps.prepared.push(text),
    },
    telephony: {
      transfer: async (input) => {
        steps.transfers.push(input);
        return { timing };
      },
    },
    records: {
      recordCallStarted: async () => {},
      keepAudio: async ({ sessionId, turn }) => {
        steps.kept.push(turn);
        return [{ kind: 'heard', blobKey: `${sessionId}/${turn}`, sampleRateHz: 16_000, durationMs: 1000 }];
      },
      recallTurn: async ({ turn }) => {
        const known = steps.recorded.findLast(({ outcome }) => outcome.turn === turn);
        const none = { transcript: '', language: '', audioMs: 0, failures: 0, history: [] };
        if (!known) return none;
        const { outcome, recordings } = known;
        if (outcome.status === 'answered') return { ...none, outcome };
        const { transcript, language, audioMs } = outcome;
        const recording = recordings?.[0] ? { recording: recordings[0].blobKey } : {};
        return { ...none, transcript, language, audioMs, ...recording, failures: (outcome.retries ?? 0) + 1 };
      },
      recordTurn: async (input) => void steps.recorded.push(input),
      recordCallEnded: async ({ status, reason }) => void steps.ended.push(`${status} by ${reason}`),
    },
  };
  return steps;
}
