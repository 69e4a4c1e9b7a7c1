import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { SpeechStyle } from '../domain/call.ts';
import type { MediaHub } from '../media/hub.ts';
import { audioOf } from '../media/speech-frames.ts';
import { type CallSettings, speakOnceWorkflow, taskQueues, transcribeOnceWorkflow } from '../workflows/definitions.ts';
import type { speakOnce, transcribeOnce } from '../workflows/probes.ts';
import { fromTemporal } from './temporal-errors.ts';
import type { TemporalRequests } from './temporal-requests.ts';

export interface SingleStepsOptions {
  readonly client: Client;
  readonly hub: MediaHub;
  readonly settings: CallSettings;
  /** One step, with the wait for its worker. */
  readonly timeoutMs: number;
}

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
      const input = { heardUrl: turn.media.heardUrl, language, settings };
      return await this.#run<typeof transcribeOnce>(transcribeOnceWorkflow, input);
    } finally {
      turn.close();
    }
  }

  /** @returns the speech as PCM16 mono, with its rate. */
  async speak(text: string, style: SpeechStyle) {
    const { hub, settings } = this.#options;
    const turn = hub.openTurn();
    try {
      const input = { text, spokenUrl: turn.media.spokenUrl, style, settings };
      const result = await this.#run<typeof speakOnce>(speakOnceWorkflow, input);
      const chunks: Uint8Array[] = [];
      for await (const pcm of audioOf(turn.pipes.spoken.read())) chunks.push(pcm);
      return { pcm: Buffer.concat(chunks), sampleRateHz: result.sampleRateHz, timing: result.timing };
    } finally {
      turn.close();
    }
  }

  async #run<W extends (input: never) => Promise<unknown>>(
    name: string,
    input: Parameters<W>[0],
  ): Promise<Awaited<ReturnType<W>>> {
    const { client, timeoutMs } = this.#options;
    const workflowId = `${name}-${randomUUID()}`;
    try {
      return await this.#temporal.within(timeoutMs, async () => {
        const handle = await client.workflow.start(name, {
          workflowId,
          // Asked again because the answer was lost, it is the same step.
          workflowIdConflictPolicy: 'USE_EXISTING',
          taskQueue: taskQueues.calls,
          args: [input],
          workflowExecutionTimeout: timeoutMs,
        });
        return (await handle.result()) as Awaited<ReturnType<W>>;
      });
    } catch (error) {
      throw fromTemporal(error);
    }
  }
}
