/** Fake activities of a call: they answer at once, or do what the test puts in their place, and count what they were asked. */
import type { BankActivities } from '../../activities/bank.ts';
import type { CacheActivities } from '../../activities/cache.ts';
import type { LlmActivities } from '../../activities/llm.ts';
import type { RecordsActivities, RecordTurnInput } from '../../activities/records.ts';
import type { SttActivities } from '../../activities/stt.ts';
import type { TelephonyActivities, TransferInput } from '../../activities/telephony.ts';
import type { TtsActivities } from '../../activities/tts.ts';
import { decide } from '../../domain/dialog/decide.ts';
import type { DialogState } from '../../domain/dialog/state.ts';
import { intentOf } from '../../domain/intent.ts';
import { context } from '../support/assistant.ts';

export interface FakeSteps {
  stt: SttActivities;
  bank: BankActivities;
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

function plainly(text: string, dialog: DialogState, { canTransfer, mayEnd }: { canTransfer: boolean; mayEnd: boolean }) {
  const words = intentOf(text);
  const intent = words === 'banking' || words === 'silence' ? 'small-talk' : words;
  const decision = decide(dialog, { text, intent, sure: true, slots: {} }, { ...context, canTransfer });
  if (decision.kind !== 'say' || (decision.leadsTo === 'end' && !mayEnd))
    return { intent, dialog, next: { kind: 'think' } as const };
  const leadsTo = decision.leadsTo ? { leadsTo: decision.leadsTo } : {};
  return { intent, dialog, next: { kind: 'said', reply: decision.reply, source: 'approved', ...leadsTo } as const };
}

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
    bank: {
      perform: async ({ dialog }) => ({
        dialog,
        guards: [],
        next: { kind: 'said', reply: 'At the bank.', source: 'bank' },
        timing,
      }),
    },
    cache: {
      // By words alone: whoever asks for a person gets one, and whoever talks is talked to.
      understand: async ({ transcript, dialog, tenant, language, persona, canTransfer, mayEnd }) => ({
        ...plainly(transcript, dialog, { canTransfer, mayEnd }),
        guards: [],
        confidence: 1,
        scope: { tenant, language, persona, model: 'fake', adapter: '', knowledgeVersion: 0 },
        searchMs: 1,
        timing,
      }),
      explain: async ({ transcript, dialog, tenant, language, persona, canTransfer, mayEnd }) => ({
        ...plainly(transcript, dialog, { canTransfer, mayEnd }),
        guards: [],
        confidence: 1,
        scope: { tenant, language, persona, model: 'fake', adapter: '', knowledgeVersion: 0 },
        searchMs: 1,
        timing,
      }),
      spokenAnswers: async () => ({ answers: [], timing }),
      importKnowledge: async () => ({ added: [], changed: [], removed: [], unchanged: 0 }),
      lookup: async () => ({ hit: null, searchMs: 1, timing }),
      remember: async ({ question }) => void steps.remembered.push(question),
    },
    llm: {
      think: async ({ transcript, history }) => {
        steps.thoughts.push(`${transcript} [${history.length}]`);
        return { reply: `You said: ${transcript}`, source: 'model', withheld: 0, firstSentenceMs: 1, timing };
      },
      loadAdapter: async () => ({ loaded: [], timing }),
      unloadAdapter: async () => ({ loaded: [], timing }),
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
