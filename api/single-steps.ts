import { randomUUID } from 'node:crypto';
import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { SpeechStyle } from '../domain/call.ts';
import { anyOf } from '../domain/deadline.ts';
import { VoicebotError } from '../domain/errors.ts';
import { speechLimitMs } from '../domain/voices/engine.ts';
import type { MediaHub } from '../media/hub.ts';
import { audioOf } from '../media/speech-frames.ts';
import type { adapterTraining } from '../workflows/adapter-training.ts';
import {
  adapterTrainingWorkflow,
  type CallSettings,
  controlEngineWorkflow,
  importKnowledgeWorkflow,
  loadAdapterWorkflow,
  recordMessageWorkflow,
  speakOnceWorkflow,
  speechAheadWorkflow,
  taskQueues,
  transcribeOnceWorkflow,
  unloadAdapterWorkflow,
} from '../workflows/definitions.ts';
import type {
  AdapterInput,
  ControlInput,
  controlEngine,
  importKnowledge,
  loadAdapter,
  speakOnce,
  transcribeOnce,
} from '../workflows/probes.ts';
import type { RecordMessageInput, recordMessage } from '../workflows/record-message.ts';
import type { speechAhead } from '../workflows/speech-ahead.ts';
import { fromTemporal } from './temporal-errors.ts';
import { payloadValue } from './temporal-payloads.ts';
import type { TemporalRequests } from './temporal-requests.ts';

export interface SingleStepsOptions {
  readonly client: Client;
  readonly hub: MediaHub;
  readonly settings: CallSettings;
  /** One step, with the wait for its worker. */
  readonly timeoutMs: number;
}

type ImportInput = Parameters<typeof importKnowledge>[0];
type ImportResult = Awaited<ReturnType<typeof importKnowledge>>;

/** Steps outside of any call, through the same queues: each a workflow of its own. */
export class SingleSteps {
  readonly #options: SingleStepsOptions;
  readonly #temporal: TemporalRequests;

  constructor(options: SingleStepsOptions, temporal: TemporalRequests) {
    this.#options = options;
    this.#temporal = temporal;
  }

  /** @param pcm PCM16 mono at 16 kHz. */
  async transcribe(pcm: Uint8Array, language: string | undefined) {
    const { hub, settings } = this.#options;
    const turn = hub.openTurn();
    turn.pipes.heard.write(pcm);
    turn.pipes.heard.end();
    try {
      const waitedForMs = this.#options.timeoutMs;
      const input = { heardUrl: turn.media.heardUrl, language, settings, waitedForMs };
      return inTime(await this.#run<typeof transcribeOnce>(transcribeOnceWorkflow, input));
    } finally {
      turn.close();
    }
  }

  /** @returns the speech as PCM16 mono, with its rate. */
  async speak(text: string, style: SpeechStyle) {
    const { hub, settings } = this.#options;
    const turn = hub.openTurn();
    try {
      const timeoutMs = speechLimitMs(this.#options.timeoutMs, style);
      const input = { text, spokenUrl: turn.media.spokenUrl, style, settings, waitedForMs: timeoutMs };
      const result = inTime(await this.#run<typeof speakOnce>(speakOnceWorkflow, input, { timeoutMs }));
      const chunks: Uint8Array[] = [];
      for await (const pcm of audioOf(turn.pipes.spoken.read())) chunks.push(pcm);
      return { pcm: Buffer.concat(chunks), sampleRateHz: result.sampleRateHz, timing: result.timing };
    } finally {
      turn.close();
    }
  }

  /** The speech as it is made, PCM16 mono at the voice's rate; whoever stops reading stops the speaking. */
  async *speakStream(text: string, style: SpeechStyle, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const { hub, settings } = this.#options;
    const turn = hub.openTurn();
    const stopping = new AbortController();
    const stopped = anyOf(signal, stopping.signal);
    const timeoutMs = speechLimitMs(this.#options.timeoutMs, style);
    const input = { text, spokenUrl: turn.media.spokenUrl, style, settings, waitedForMs: timeoutMs };
    const speaking = this.#run<typeof speakOnce>(speakOnceWorkflow, input, { signal: stopped, timeoutMs });
    let over = false;
    let failure: unknown;
    // A step that failed has left its pipe open.
    void speaking.then(
      () => {
        over = true;
      },
      (error) => {
        failure = error;
        turn.close();
      },
    );
    try {
      yield* audioOf(turn.pipes.spoken.read(stopped));
      await speaking;
    } catch (error) {
      throw failure ?? error;
    } finally {
      if (!over) stopping.abort();
      turn.close();
    }
  }

  /** Takes a batch of articles in. */
  importKnowledge(input: ImportInput): Promise<ImportResult> {
    return this.#run<typeof importKnowledge>(importKnowledgeWorkflow, input);
  }

  /** Has what the articles say spoken ahead of the callers. Where that is under way it begins again, for what has changed meanwhile. */
  async speakAhead(tenant: string): Promise<void> {
    const { client, settings } = this.#options;
    await this.#temporal.ask(settings.workerWaitMs, () =>
      client.workflow.start<typeof speechAhead>(speechAheadWorkflow, {
        workflowId: `speech-ahead-${tenant}`,
        workflowIdConflictPolicy: 'TERMINATE_EXISTING',
        taskQueue: taskQueues.calls,
        args: [{ tenant }],
        staticSummary: 'Speech of articles, made ahead',
      }),
    );
  }

  /** Makes an adapter ready on a worker of the language model, or frees it. */
  adapter(wish: 'load' | 'unload', adapter: AdapterInput['adapter']) {
    const { settings } = this.#options;
    const name = wish === 'load' ? loadAdapterWorkflow : unloadAdapterWorkflow;
    return this.#run<typeof loadAdapter>(name, { adapter, settings });
  }

  /** Asks one worker of an engine how it is, or has it load or free its model. */
  controlEngine(input: ControlInput) {
    return this.#run<typeof controlEngine>(controlEngineWorkflow, input);
  }

  /** Makes a recording of a person a version of a message. */
  recordMessage(input: RecordMessageInput) {
    return this.#run<typeof recordMessage>(recordMessageWorkflow, input);
  }

  /** Starts a training. @returns the id of its workflow. @throws VoicebotError `conflict` while one of that name runs. */
  async train(input: Parameters<typeof adapterTraining>[0]): Promise<string> {
    const { client, settings } = this.#options;
    const workflowId = trainingId(input.tenant, input.name);
    try {
      await this.#temporal.within(settings.workerWaitMs, () =>
        client.workflow.start<typeof adapterTraining>(adapterTrainingWorkflow, {
          workflowId,
          taskQueue: taskQueues.calls,
          args: [input],
          staticSummary: `Adapter ${input.name}`,
        }),
      );
      return workflowId;
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) {
        throw new VoicebotError('conflict', `The adapter '${input.name}' is being trained already.`);
      }
      throw fromTemporal(error);
    }
  }

  /** Where a training stands, with the last beat of the trainer. */
  async training(tenant: string, name: string): Promise<{ status: string; progress?: unknown; result?: unknown }> {
    const { client, settings } = this.#options;
    const handle = client.workflow.getHandle<typeof adapterTraining>(trainingId(tenant, name));
    const { status, raw } = await this.#temporal.ask(settings.workerWaitMs, () => handle.describe());
    const beats = raw.pendingActivities?.[0]?.heartbeatDetails?.payloads ?? [];
    const progress = beats[0] ? await payloadValue(client, beats[0]) : undefined;
    const result =
      status.name === 'COMPLETED' ? await this.#temporal.ask(settings.workerWaitMs, () => handle.result()) : undefined;
    return {
      status: status.name,
      ...(progress === undefined ? {} : { progress }),
      ...(result === undefined ? {} : { result }),
    };
  }

  async #run<W extends (input: never) => Promise<unknown>>(
    name: string,
    input: Parameters<W>[0],
    { signal, timeoutMs = this.#options.timeoutMs }: { readonly signal?: AbortSignal; readonly timeoutMs?: number } = {},
  ): Promise<Awaited<ReturnType<W>>> {
    const { client } = this.#options;
    const workflowId = `${name}-${randomUUID()}`;
    return await this.#temporal.ask(timeoutMs, async () => {
      const handle = await client.workflow.start(name, {
        workflowId,
        // Asked again because the answer was lost, it is the same step.
        workflowIdConflictPolicy: 'USE_EXISTING',
        taskQueue: taskQueues.calls,
        args: [input],
        // It ends by itself before: this is for one whose workers are away.
        workflowExecutionTimeout: timeoutMs + lingerMs,
      });
      const cancel = () => void handle.cancel().catch(() => undefined);
      if (signal?.aborted) cancel();
      signal?.addEventListener('abort', cancel, { once: true });
      try {
        return (await handle.result()) as Awaited<ReturnType<W>>;
      } finally {
        signal?.removeEventListener('abort', cancel);
      }
    });
  }
}

/** A step that nobody waited for any more ends with nothing; whoever asks has been told so by then, mostly. */
function inTime<T>(result: T | undefined): T {
  if (result === undefined) throw new VoicebotError('timeout', 'The work took too long.', { retryable: true });
  return result;
}

/** How long a step may outlive whoever waits for it. */
const lingerMs = 60_000;

const trainingId = (tenant: string, name: string): string => `adapter-training-${tenant}/${name}`;
