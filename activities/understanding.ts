import { findAdapter } from '../db/adapters.ts';
import type { Database } from '../db/open.ts';
import { type TenantSettings, tenantSettings } from '../db/tenants.ts';
import type { AnswerScope } from '../domain/answer-scope.ts';
import type { Assistant } from '../domain/assistant/assistant.ts';
import type { Say } from '../domain/assistant/wording-keys.ts';
import type { NextStep, StepTiming } from '../domain/call.ts';
import { comeBack, keepOpen } from '../domain/dialog/agenda.ts';
import { asksShortly } from '../domain/dialog/article-follow-up.ts';
import { decide } from '../domain/dialog/decide.ts';
import { type Decision, intentOf } from '../domain/dialog/decision.ts';
import { graveMatterIn } from '../domain/dialog/grave-matters.ts';
import { movesMoney } from '../domain/dialog/plainly.ts';
import { slotsIn } from '../domain/dialog/slots.ts';
import type { SpokenSecret } from '../domain/dialog/state.ts';
import { type DialogState, without } from '../domain/dialog/state.ts';
import type { StepOutcome } from '../domain/dialog/steps.ts';
import { accounted } from '../domain/dialog/unexplained.ts';
import { unreadOf } from '../domain/dialog/unread.ts';
import { thanksOnly, yesOrNo } from '../domain/dialog/yes-no.ts';
import { guardInput } from '../domain/input-guard.ts';
import { withApostrophes } from '../domain/language/contractions.ts';
import type { BankClock } from '../domain/language/dates.ts';
import { type Reading, readWords } from '../domain/understanding/reading.ts';
import type { Embedder, RouterTrainer } from '../engines/types.ts';
import type { RegisteredAdapter } from './adapter-files.ts';
import { Articles, type FoundArticle } from './articles.ts';
import type { Assistants } from './assistants.ts';
import { CacheLookup } from './cache-lookup.ts';
import { CallerWords, matterOf, type Words } from './caller-words.ts';
import { sayLines } from './say-lines.ts';
import type { SecondReader } from './second-reader.ts';
import { writerRank } from './take-pipe.ts';
import { type TrainedAssistant, TrainedAssistants } from './trained-assistants.ts';

export interface UnderstandInput {
  /** Unset by calls that began under 0.4. */
  readonly sessionId?: string | undefined;
  /** Redacted already. */
  readonly transcript: string;
  readonly language: string;
  readonly dialog: DialogState;
  readonly tenant: string;
  readonly persona: string;
  /** Of this call alone; the tenant's when unset. */
  readonly adapter?: string | undefined;
  readonly canTransfer: boolean;
  /** The line can be ended by the bot. */
  readonly mayEnd: boolean;
  readonly digits?: SpokenSecret | undefined;
  readonly lastReply?: string | undefined;
  /** Where an answer that is known goes at once, sentence by sentence, to who waits there to speak it. */
  readonly saidUrl?: string | undefined;
}

export type UnderstandResult = StepOutcome & {
  readonly intent: string;
  /** How sure the router is. */
  readonly confidence: number;
  readonly scope: AnswerScope;
  /** The adapter that the model speaks with. */
  readonly adapter?: RegisteredAdapter | undefined;
  /** Without what it takes to tell the one who speaks. */
  readonly searchMs: number;
  readonly timing: StepTiming;
};

/** What would be done about a caller's words, and how they were read; unset where no wish was looked for in them. */
export type ExplainResult = Omit<UnderstandResult, 'timing'> & { readonly reading?: Reading | undefined };

export interface UnderstandingDependencies {
  readonly db: Database;
  readonly assistants: Assistants;
  readonly embedder: Embedder;
  readonly routerTrainer: RouterTrainer;
  /** Names the language model in the scope of answers. */
  readonly modelName: string;
  /** A language model that may be asked what the caller wants. */
  readonly secondReader?: SecondReader | undefined;
  readonly clock: BankClock;
  /** Cosine below which no cached answer is served. */
  readonly minSimilarity: number;
  /** Is told what became of what somebody said. */
  readonly understood?: ((result: UnderstoodAs) => void) | undefined;
}

/** `asked`: the bot asks something back. `gave-up`: it says that it cannot help with this. */
export type UnderstoodAs = 'answered' | 'asked' | 'gave-up' | 'bank' | 'model';

/** `after`: what a "yes" was said to. */
type Heard = UnderstandInput & { readonly after?: string };

type Outcome = Omit<UnderstandResult, 'timing' | 'searchMs'> & { readonly record?: (() => Promise<void>) | undefined };

/** @param giveUps what the bot would say if it could not help. */
function understoodAs({ next, dialog }: Outcome, giveUps: readonly string[]): UnderstoodAs {
  if (next.kind === 'bank') return 'bank';
  if (next.kind === 'think') return 'model';
  if (giveUps.some((text) => next.reply.includes(text))) return 'gave-up';
  return dialog.pending ? 'asked' : 'answered';
}

/** Settings of a tenant are read again after so long. */
const settingsMs = 1_000;

/** What a worker of the queue `cache` knows: the assistants and their routers, the cache, the articles. */
export class Understanding {
  readonly #deps: UnderstandingDependencies;
  readonly #trained: TrainedAssistants;
  readonly #callers: CallerWords;
  readonly #articles: Articles;
  readonly #adapters = new Map<string, RegisteredAdapter>();
  readonly #settings = new Map<string, { readonly at: number; readonly value: Promise<TenantSettings> }>();

  constructor(deps: UnderstandingDependencies) {
    this.#deps = deps;
    this.#trained = new TrainedAssistants(deps);
    this.#callers = new CallerWords(deps.embedder);
    this.#articles = new Articles(deps);
  }

  /** Learns the routers of all that calls may begin with; the first use does it by itself. */
  load(): Promise<void> {
    return this.#trained.load();
  }

  /** Learns what makes answers better and nobody needs at once. */
  refine(signal: AbortSignal): Promise<void> {
    return this.#trained.refine(signal);
  }

  get assistants(): Assistants {
    return this.#deps.assistants;
  }

  async understand(input: UnderstandInput, signal: AbortSignal): Promise<Omit<UnderstandResult, 'timing'>> {
    const started = performance.now();
    const { tenant, sessionId, transcript, dialog } = input;
    const ready = await this.#trained.forTurn(tenant, sessionId ?? transcript, dialog.assistant);
    const saying = ready.assistant.saying(`${sessionId} ${transcript}`);
    const giveUps: string[] = [];
    const say: Say = (key, ...values) => {
      const text = saying(key, ...values);
      if (key === 'give-up-asking' || key === 'unknown') giveUps.push(text);
      return text;
    };
    const { record, ...outcome } = comeBack(ready.assistant, say, await this.#understand(accepted(input), ready, say, signal));
    const searchMs = performance.now() - started;
    const { next } = outcome;
    this.#deps.understood?.(understoodAs(outcome, giveUps));
    if (next.kind === 'said' && input.saidUrl) {
      await sayLines(input.saidUrl, next.reply, { rank: writerRank.lookup, signal, tenant, db: this.#deps.db });
    }
    // The caller has the answer by now.
    await record?.();
    return { ...outcome, searchMs };
  }

  /** The same, without saying it, counting it or keeping anything of it; and how the words were read. */
  async explain(input: UnderstandInput, signal: AbortSignal): Promise<ExplainResult> {
    const started = performance.now();
    const { tenant, sessionId, transcript, dialog } = input;
    const ready = await this.#trained.forTurn(tenant, sessionId ?? transcript, dialog.assistant);
    const say = ready.assistant.saying(`${sessionId} ${transcript}`);
    let reading: Reading | undefined;
    const found = await this.#understand(accepted(input), ready, say, signal, (read) => {
      reading = read;
    });
    const { record: _, ...outcome } = comeBack(ready.assistant, say, found);
    return { ...outcome, reading, searchMs: performance.now() - started };
  }

  async #understand(
    input: Heard,
    ready: TrainedAssistant,
    say: Say,
    signal: AbortSignal,
    readAs?: (reading: Reading) => void,
  ): Promise<Outcome> {
    const { transcript, language, tenant, persona } = input;
    const { embedder, modelName, clock } = this.#deps;
    const { model, assistant } = ready;
    // The call keeps the version that it begins with.
    const dialog: DialogState = { ...input.dialog, assistant: assistant.version };
    const [settings, [embedding]] = await Promise.all([
      this.#settingsOf(tenant),
      embedder.embed([transcript], { signal, priority: 'urgent' }),
    ]);
    if (!embedding) throw new Error('The embedder gave nothing.');
    const { knowledgeVersion } = settings;
    const adapter = await this.#adapterOf(input.adapter ?? settings.adapter);
    const { after } = input;
    const scope: AnswerScope = {
      tenant,
      language,
      persona,
      model: modelName,
      adapter: adapter?.name ?? '',
      knowledgeVersion,
      after,
    };
    const heard: Words = { text: transcript, embedding, routing: model.route(transcript, embedding) };
    const guarded = guardInput(transcript);
    const base = {
      intent: heard.routing.label,
      confidence: heard.routing.confidence,
      scope,
      ...(adapter ? { adapter } : {}),
    };
    if (guarded.refused) return { ...base, dialog, next: approved(say('refused')), guards: guarded.guards };
    const asWhole = dialog.pending !== undefined || graveMatterIn(transcript) !== undefined;
    const wanted = asWhole ? heard : await this.#callers.wanted(heard, ready, signal);
    if (!wanted) return { ...base, dialog, next: approved(say('not-wanted')), guards: guarded.guards };

    const [words = wanted, ...others] = asWhole ? [] : await this.#callers.wishes(wanted, ready, signal);
    const today = clock.today();
    const { pending } = dialog;
    const { routing } = words;
    const read = (amount: boolean, text = words.text) => slotsIn(text, today, { amount, now: clock.timeOfDay() });
    const amount =
      asksAmount(assistant, pending) || (routing.sure && movesMoney(assistant.does(routing.label), words.text, read(false)));
    const slots = read(amount);
    const { secondReader } = this.#deps;
    // What was asked is answered as it was asked: a model has nothing to add.
    const second = pending ? undefined : await secondReader?.read(assistant, words.text, routing, today, signal);
    const { label: intent, sure, runnerUp } = routing;
    const noticed = await this.#callers.restricting(words.text, second?.intent ?? intent, ready, signal);
    const understood = {
      text: words.text,
      ...(second ?? { intent, sure, runnerUp: runnerUp?.label }),
      unread: [...(second?.unread ?? []), ...unreadOf(noticed, words.text, slots)],
      slots,
      digits: input.digits,
      lastReply: input.lastReply,
    };
    const matters = others.map(({ text, intent }) => ({ text, intent }));
    const context = { assistant, say, canTransfer: input.canTransfer };
    if (readAs) {
      const { unexplained = [] } = accounted({ intent: understood.intent, slots }, understood, context).slots;
      const slotsOf = (text: string) => read(amount, text);
      readAs({
        words: readWords(transcript, { matter: matterOf(words.text), slotsOf, unexplained }),
        slots,
        intent: understood.intent,
        confidence: routing.confidence,
        sureFrom: model.sureFrom,
        sure: understood.sure,
        runnerUp: understood.runnerUp,
        reader: second && second.intent !== routing.label ? 'model' : 'router',
        unexplained,
        others: matters,
      });
    }
    const decided = decide(keepOpen(dialog, matters), understood, context);
    let searched: Promise<FoundArticle | undefined> | undefined;
    const article = () => (searched ??= this.#articles.find(scope, words, dialog.article, signal));
    const { otherwise, onlySure } = decided.kind === 'knowledge' ? decided : {};
    const found = otherwise && (await article());
    const decision = otherwise && !(onlySure ? found?.sure : found) ? otherwise : decided;
    const known = {
      ...base,
      intent: subjectOf(assistant, decision) ?? understood.intent,
      dialog: decision.dialog,
      guards: guarded.guards,
    };
    const about = (article: string | undefined): DialogState =>
      article === undefined ? known.dialog : { ...known.dialog, article };
    switch (decision.kind) {
      case 'say': {
        const ends = decision.leadsTo === 'end' && !input.mayEnd;
        return { ...known, next: approved(decision.reply, ends ? undefined : decision.leadsTo) };
      }
      case 'bank':
        return { ...known, dialog: without(known.dialog, 'article'), next: { kind: 'bank', step: decision.step } };
      default: {
        const threshold = settings.cacheThreshold ?? model.hitFrom;
        const { hit, record } = await new CacheLookup(this.#deps.db, model, this.#deps.minSimilarity).find({
          scope,
          ...words,
          threshold,
        });
        // What goes on with an article is answered from articles: the same words mean something else elsewhere.
        const mayGoOn = dialog.article !== undefined && asksShortly(words.text);
        if (hit && !(mayGoOn && (await article())?.after !== undefined)) {
          const { reply, citations } = hit;
          return { ...known, record, dialog: about(citations[0]), next: { kind: 'said', reply, source: 'cache', citations } };
        }
        const answer = decision.kind === 'knowledge' || !understood.sure ? await article() : undefined;
        if (answer?.sure) {
          const next = { kind: 'said', ...answer.known } as const;
          const guards = [...known.guards, ...answer.guards];
          return { ...known, record, dialog: about(answer.id), scope: { ...scope, after: answer.after ?? after }, next, guards };
        }
        if (answer && decision.kind === 'knowledge' && !known.dialog.pending && !known.dialog.interrupted) {
          const question = say('offer-article', { title: answer.title });
          const matter = { intent: assistant.doing('article')?.name ?? understood.intent, text: answer.title };
          const pending = { kind: 'offer', matter, question } as const;
          return { ...known, record, dialog: { ...about(answer.id), pending }, next: approved(question) };
        }
        if (decision.kind === 'knowledge') return { ...known, record, next: approved(say('unknown')) };
        return { ...known, record, next: { kind: 'think', instead: decision.instead } };
      }
    }
  }

  async #adapterOf(name: string): Promise<RegisteredAdapter | undefined> {
    if (name === '') return undefined;
    const known = this.#adapters.get(name) ?? (await findAdapter(this.#deps.db, name));
    // The file of a name never changes, so what was found once holds.
    if (known) this.#adapters.set(name, known);
    return known && { name: known.name, file: known.file, sha256: known.sha256 };
  }

  #settingsOf(tenant: string): Promise<TenantSettings> {
    const known = this.#settings.get(tenant);
    const now = performance.now();
    if (known && now - known.at < settingsMs) return known.value;
    const value = tenantSettings(this.#deps.db, tenant);
    this.#settings.set(tenant, { at: now, value });
    value.catch(() => this.#settings.delete(tenant));
    return value;
  }
}

/** Whether a bare number is an amount: it was asked for, or is being confirmed. */
function asksAmount(assistant: Assistant, pending: DialogState['pending']): boolean {
  if (pending?.kind === 'confirm') return pending.action.kind === 'move-money';
  if (pending?.kind !== 'slot') return false;
  const { operation } = assistant.intent(pending.request.intent);
  return pending.need === 'amount' || operation?.values.find(({ name }) => name === pending.value)?.type === 'amount';
}

/** The caller's words as they are read: a "yes" to what was offered is what was asked before. */
function accepted(input: UnderstandInput): Heard {
  const { dialog } = input;
  const transcript = withApostrophes(input.transcript);
  const { pending } = dialog;
  if (pending?.kind !== 'offer' || yesOrNo(transcript) !== 'yes' || thanksOnly(transcript)) return { ...input, transcript };
  const { text } = pending.matter;
  return { ...input, transcript: text, dialog: without(dialog, 'pending'), after: text };
}

/** What a turn is about, where it goes on with something: a number, or a "yes", says nothing of it. */
function subjectOf(assistant: Assistant, decision: Decision): string | undefined {
  const { pending } = decision.dialog;
  if (decision.kind === 'bank') {
    const { step } = decision;
    if ('request' in step) return step.request.intent;
    if ('action' in step) return intentOf(assistant, step.action).name;
  }
  return decision.kind !== 'think' && decision.kind !== 'knowledge' && pending && 'request' in pending
    ? pending.request.intent
    : undefined;
}

function approved(reply: string, leadsTo?: NextStep): Extract<StepOutcome['next'], { kind: 'said' }> {
  return { kind: 'said', reply, source: 'approved', ...(leadsTo ? { leadsTo } : {}) };
}
