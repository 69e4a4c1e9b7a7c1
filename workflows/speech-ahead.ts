import { continueAsNew } from '@temporalio/workflow';
import { stepsFor } from './steps.ts';

export interface SpeechAheadInput {
  readonly tenant: string;
  /** The article up to which all is done; unset at the beginning. */
  readonly after?: string | undefined;
}

/** Texts of one run: its history stays small. */
const textsPerRun = 200;

/**
 * Has everything spoken that a tenant's articles say, before a caller asks for it: sentence by sentence, while nobody is on the line. What
 * is there already is left as it is, so that a changed article costs its own sentences only, and another voice all of them.
 */
export async function speechAhead({ tenant, after = '' }: SpeechAheadInput): Promise<void> {
  const steps = stepsFor({ workerWaitMs: 60_000, stepTimeoutMs: 60_000 });
  let last = after;
  for (let done = 0; done < textsPerRun; ) {
    const { answers } = await steps.knowledge.spokenAnswers({ tenant, after: last });
    if (answers.length === 0) return;
    for (const { id, answer } of answers) {
      await steps.ahead.prepare({ text: answer, whole: true });
      last = id;
      done++;
    }
  }
  await continueAsNew<typeof speechAhead>({ tenant, after: last });
}
