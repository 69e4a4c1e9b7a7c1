import { createHash } from 'node:crypto';
import { Context } from '@temporalio/activity';
import type { Exchange, ReplySource, StepTiming } from '../domain/call.ts';
import { intentOf } from '../domain/intent.ts';
import { checkSentence } from '../domain/output-guard.ts';
import { promptFor } from '../domain/persona.ts';
import { SentenceSplitter } from '../domain/sentences.ts';
import { wording } from '../domain/wording.ts';
import type { LanguageModel } from '../engines/types.ts';
import { writePipe } from '../media/client.ts';
import { runActivity } from './run-activity.ts';

export interface ThinkInput {
  /** Redacted already. */
  readonly transcript: string;
  readonly history: readonly Exchange[];
  /** Where the reply goes, sentence by sentence. */
  readonly saidUrl: string;
}

export interface ThinkResult {
  readonly reply: string;
  readonly source: Extract<ReplySource, 'model' | 'approved'>;
  /** Sentences of the model that the guard did not let pass. */
  readonly withheld: number;
  readonly firstSentenceMs: number;
  readonly timing: StepTiming;
}

export interface LlmActivities {
  think(input: ThinkInput): Promise<ThinkResult>;
}

export interface LlmDependencies {
  readonly model: LanguageModel;
  readonly bankName: string;
  readonly maxTokens: number;
  readonly temperature: number;
  readonly historyMaxTokens: number;
}

/** What a voice can say in one go; more is cut at the end of a sentence. */
const maxReplyCharacters = 600;

export function createLlmActivities(deps: LlmDependencies): LlmActivities {
  return {
    think: (input) =>
      runActivity(async (signal) => {
        const started = performance.now();
        let firstSentenceMs = 0;
        const reply = new GuardedReply();
        // A retry generates the same sentences again (same seed); the pipe skips those that it holds already.
        const sentences = reply.sentences(generate(deps, input, signal));
        const encoder = new TextEncoder();
        await writePipe(
          input.saidUrl,
          map(sentences, (sentence) => {
            firstSentenceMs ||= performance.now() - started;
            return encoder.encode(`${sentence}\n`);
          }),
          signal,
        );
        return { reply: reply.text, source: reply.source, withheld: reply.withheld, firstSentenceMs };
      }),
  };
}

/** The model's text, or nothing where only facts could answer: a model without facts must not try. */
async function* generate(deps: LlmDependencies, input: ThinkInput, signal: AbortSignal): AsyncIterable<string> {
  if (intentOf(input.transcript) === 'banking') return;
  const { info } = Context.current();
  const seed = createHash('sha256').update(`${info.workflowExecution?.workflowId} ${info.activityId}`).digest().readUInt32LE();
  const messages = promptFor(deps.bankName, input.history, input.transcript, deps.historyMaxTokens);
  yield* deps.model.reply(messages, { signal, seed, maxTokens: deps.maxTokens, temperature: deps.temperature });
}

/** Lets the sentences through that the guard accepts, and says the approved wording where none is left. */
class GuardedReply {
  readonly #spoken: string[] = [];
  source: 'model' | 'approved' = 'model';
  withheld = 0;

  get text(): string {
    return this.#spoken.join(' ');
  }

  /** The sentence with what was spoken of it before. */
  #unfinished(piece: string): string {
    const last = this.#spoken.at(-1) ?? '';
    return /[,;:—]$/.test(last) ? `${last} ${piece}` : piece;
  }

  async *sentences(pieces: AsyncIterable<string>): AsyncGenerator<string> {
    for await (const sentence of splitStream(pieces)) {
      if (this.text.length + sentence.length > maxReplyCharacters) break;
      // A clause that was spoken already belongs to the claim that its sentence makes.
      if (checkSentence(this.#unfinished(sentence), [])) {
        this.withheld++;
        // What follows a withheld sentence leans on it.
        break;
      }
      this.#spoken.push(sentence);
      yield sentence;
    }
    if (this.#spoken.length > 0) return;
    this.source = 'approved';
    this.#spoken.push(wording.notYet);
    yield wording.notYet;
  }
}

async function* splitStream(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  const splitter = new SentenceSplitter({ firstClause: true });
  for await (const piece of pieces) yield* splitter.push(piece.replace(/\s+/g, ' '));
  yield* splitter.flush();
}

async function* map<A, B>(source: AsyncIterable<A>, change: (value: A) => B): AsyncGenerator<B> {
  for await (const value of source) yield change(value);
}
