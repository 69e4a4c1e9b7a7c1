import { createHash } from 'node:crypto';
import { Context } from '@temporalio/activity';
import type { Exchange, ReplySource, StepTiming } from '../domain/call.ts';
import type { GuardDecision } from '../domain/guard-decision.ts';
import { intentOf } from '../domain/intent.ts';
import { checkSentence } from '../domain/output-guard.ts';
import { promptFor } from '../domain/persona.ts';
import { SentenceSplitter } from '../domain/sentences.ts';
import { wording } from '../domain/wording.ts';
import type { ModelRoles } from '../engines/probe/model-roles.ts';
import type { LanguageModel } from '../engines/types.ts';
import { writePipe } from '../media/client.ts';
import { linesIn } from '../media/lines.ts';
import { readSaidLine } from '../media/said-lines.ts';
import type { AdapterFiles, RegisteredAdapter } from './adapter-files.ts';
import { runActivity } from './run-activity.ts';
import { takePipe, writerRank } from './take-pipe.ts';

export interface ThinkInput {
  /** Redacted already. */
  readonly transcript: string;
  readonly history: readonly Exchange[];
  /** Where the reply goes, sentence by sentence; unset when nobody is on the line. */
  readonly saidUrl?: string | undefined;
  /** Words that are said as they are, by whoever can reach the pipe while nobody else can. */
  readonly approved?: string | undefined;
  /** Approved words for a model that may not talk. */
  readonly instead?: string | undefined;
  /** Whose the bot says it is; that of the configuration when unset. */
  readonly bankName?: string | undefined;
  /** LoRA adapter to speak with. */
  readonly adapter?: RegisteredAdapter | undefined;
}

export interface ThinkResult {
  readonly reply: string;
  /** `cache` where a lookup that was given up had written its answer before. */
  readonly source: Extract<ReplySource, 'model' | 'approved' | 'cache'>;
  /** Sentences of the model that the guard did not let pass. */
  readonly withheld: number;
  readonly guards?: readonly GuardDecision[] | undefined;
  /** The adapter that spoke; unset where it could not be had. */
  readonly adapter?: string | undefined;
  readonly firstSentenceMs: number;
  readonly timing: StepTiming;
}

export interface AdapterStatus {
  /** Names of the adapters that the worker who answered has ready. */
  readonly loaded: readonly string[];
}

export interface LlmActivities {
  think(input: ThinkInput): Promise<ThinkResult>;
  /** Makes an adapter ready on the worker that takes this; others do so when they first need it. */
  loadAdapter(adapter: RegisteredAdapter): Promise<AdapterStatus>;
  unloadAdapter(input: { readonly name: string }): Promise<AdapterStatus>;
}

export interface LlmDependencies {
  readonly model: LanguageModel;
  /** What the model may do; all where unset. */
  readonly roles?: ModelRoles | undefined;
  readonly bankName: string;
  readonly maxTokens: number;
  readonly temperature: number;
  readonly historyMaxTokens: number;
  readonly adapters: AdapterFiles;
}

/** What a voice can say in one go; more is cut at the end of a sentence. */
const maxReplyCharacters = 600;

export function createLlmActivities(deps: LlmDependencies): LlmActivities {
  return {
    think: (input) =>
      runActivity(async (signal) => {
        const started = performance.now();
        let firstSentenceMs = 0;
        const { saidUrl } = input;
        // What was said by an earlier attempt was heard perhaps: the reply goes on from there.
        const pipe = saidUrl ? await takePipe(saidUrl, signal, { rank: writerRank.think, others: true }) : undefined;
        const said = pipe ? linesIn(pipe.claim.bytes).map((line) => readSaidLine(line).text) : [];
        if (pipe?.claim.ended) return { ...finished(said), firstSentenceMs };
        const adapter = await deps.adapters.ready(deps.model, input.adapter);
        const reply = new GuardedReply(said, [input.bankName ?? deps.bankName]);
        const encoder = new TextEncoder();
        const lines = map(reply.sentences(generate(deps, input, { adapter, signal, seed: seedOfStep() })), (sentence) => {
          firstSentenceMs ||= performance.now() - started;
          return encoder.encode(`${sentence}\n`);
        });
        if (saidUrl && pipe) await writePipe(saidUrl, lines, { at: pipe.claim.count, writer: pipe.writer, signal });
        else for await (const _ of lines);
        const { text, source, withheld, guards } = reply;
        const spoke = adapter === undefined ? {} : { adapter };
        return {
          reply: text,
          source: input.approved !== undefined || standsIn(deps, input) ? 'approved' : source,
          withheld,
          guards,
          firstSentenceMs,
          ...spoke,
        };
      }),
    loadAdapter: (adapter) =>
      runActivity(async () => {
        await deps.adapters.load(deps.model, adapter);
        // What it may do is found out while nobody is on the line; the adapter is there meanwhile.
        deps.roles?.learn({ adapter: adapter.name, priority: 'background' }).catch(() => undefined);
        return { loaded: deps.model.adapters ?? [] };
      }),
    unloadAdapter: ({ name }) =>
      runActivity(async () => {
        await deps.model.unloadAdapter?.(name);
        return { loaded: deps.model.adapters ?? [] };
      }),
  };
}

/** Whether approved words stand in place of the model's. */
const standsIn = ({ roles }: LlmDependencies, { instead, adapter }: ThinkInput): boolean =>
  instead !== undefined && roles !== undefined && !roles.may('talk', adapter?.name);

/** The model's text, or nothing where only facts could answer: a model without facts must not try. */
async function* generate(
  deps: LlmDependencies,
  input: ThinkInput,
  { adapter, signal, seed }: { readonly adapter: string | undefined; readonly signal: AbortSignal; readonly seed: number },
): AsyncIterable<string> {
  if (input.approved !== undefined) return yield input.approved;
  if (standsIn(deps, input)) return yield input.instead as string;
  if (intentOf(input.transcript) === 'banking') return;
  const messages = promptFor(input.bankName ?? deps.bankName, input.history, input.transcript, deps.historyMaxTokens);
  yield* deps.model.reply(messages, { signal, seed, maxTokens: deps.maxTokens, temperature: deps.temperature, adapter });
}

/** The same in every attempt at a step, so that a reply usually comes again word for word. */
function seedOfStep(): number {
  const { workflowExecution, activityId } = Context.current().info;
  return createHash('sha256').update(`${workflowExecution?.workflowId} ${activityId}`).digest().readUInt32LE();
}

/** A reply outside of any call, guarded as callers hear it. @param input redacted already. */
export async function replyOnce(deps: LlmDependencies, input: Pick<ThinkInput, 'transcript' | 'history'>, signal: AbortSignal) {
  const startedAt = performance.now();
  const reply = new GuardedReply([], [deps.bankName]);
  let firstSentenceMs: number | null = null;
  for await (const _ of reply.sentences(generate(deps, input, { adapter: undefined, signal, seed: 0 }))) {
    firstSentenceMs ??= performance.now() - startedAt;
  }
  return { reply: reply.text, source: reply.source, withheld: reply.withheld, firstSentenceMs };
}

/** A reply that an earlier attempt, or the cache, had written to its end. */
function finished(said: readonly string[]): Pick<ThinkResult, 'reply' | 'source' | 'withheld'> {
  const reply = said.join(' ');
  const byModel = Context.current().info.attempt > 1;
  return { reply, source: reply === wording.notYet ? 'approved' : byModel ? 'model' : 'cache', withheld: 0 };
}

/**
 * Lets the sentences through that the guard accepts, and says the approved wording where none is left. Generation is repeated with
 * the same seed, so a reply that was begun by an earlier attempt usually comes again word for word, and what was said is passed
 * over; where the model goes another way this time, the reply ends with what was said.
 */
class GuardedReply {
  readonly #said: readonly string[];
  readonly #names: readonly string[];
  readonly #spoken: string[] = [];
  source: 'model' | 'approved' = 'model';
  withheld = 0;
  readonly guards: GuardDecision[] = [];

  /**
   * @param said sentences that were said by an earlier attempt.
   * @param names that may be spoken, such as the bank's own.
   */
  constructor(said: readonly string[], names: readonly string[]) {
    this.#said = said;
    this.#names = names;
  }

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
      const said = this.#said[this.#spoken.length];
      if (said !== undefined) {
        if (said !== sentence) break;
        this.#spoken.push(said);
        continue;
      }
      if (this.text.length + sentence.length > maxReplyCharacters) break;
      // A clause that was spoken already belongs to the claim that its sentence makes.
      const finding = checkSentence(this.#unfinished(sentence), [], this.#names);
      if (finding) {
        this.withheld++;
        this.guards.push({ side: 'output', action: 'withheld', reason: finding.kind });
        // What follows a withheld sentence leans on it.
        break;
      }
      this.#spoken.push(sentence);
      yield sentence;
    }
    this.#spoken.push(...this.#said.slice(this.#spoken.length));
    if (this.text === wording.notYet) this.source = 'approved';
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
