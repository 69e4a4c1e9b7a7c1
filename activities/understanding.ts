import { findAdapter } from '../db/adapters.ts';
import { findArticle, searchPassages } from '../db/knowledge.ts';
import type { Database } from '../db/open.ts';
import { type TenantSettings, tenantSettings } from '../db/tenants.ts';
import type { AnswerScope } from '../domain/answer-scope.ts';
import type { NextStep, ReplySource, StepTiming } from '../domain/call.ts';
import { comeBack, inOrder, keepOpen, possibleWishes } from '../domain/dialog/agenda.ts';
import { inDistress } from '../domain/dialog/asides.ts';
import { type Decision, decide } from '../domain/dialog/decide.ts';
import { type IntentName, intentNames, intents, isPersonal } from '../domain/dialog/intents.ts';
import { wantedPart } from '../domain/dialog/negation.ts';
import { phrases } from '../domain/dialog/phrases.ts';
import { say } from '../domain/dialog/say.ts';
import { slotsIn } from '../domain/dialog/slots.ts';
import type { SpokenSecret } from '../domain/dialog/state.ts';
import { type DialogState, type OpenMatter, without } from '../domain/dialog/state.ts';
import type { StepOutcome } from '../domain/dialog/steps.ts';
import { yesOrNo } from '../domain/dialog/yes-no.ts';
import { guardReply } from '../domain/facts-guard.ts';
import type { GuardDecision } from '../domain/guard-decision.ts';
import { guardInput } from '../domain/input-guard.ts';
import { chooseArticle } from '../domain/knowledge/choose.ts';
import { timeOfDayIn, todayIn } from '../domain/language/dates.ts';
import { type Routing, SemanticModel } from '../domain/understanding/semantic-model.ts';
import type { Embedder, LabelledPhrase, LanguageModel, RouterTrainer } from '../engines/types.ts';
import type { RegisteredAdapter } from './adapter-files.ts';
import { CacheLookup } from './cache-lookup.ts';
import { sayLines } from './say-lines.ts';
import { writerRank } from './take-pipe.ts';
import { chooseByTools } from './tool-choice.ts';

export interface UnderstandInput {
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
  readonly intent: IntentName;
  /** How sure the router is. */
  readonly confidence: number;
  readonly scope: AnswerScope;
  /** The adapter that the model speaks with. */
  readonly adapter?: RegisteredAdapter | undefined;
  /** Without what it takes to tell the one who speaks. */
  readonly searchMs: number;
  readonly timing: StepTiming;
};

export interface UnderstandingDependencies {
  readonly db: Database;
  readonly embedder: Embedder;
  readonly routerTrainer: RouterTrainer;
  /** Names the language model in the scope of answers. */
  readonly modelName: string;
  /** A model that can choose tools is asked where the router is not sure. */
  readonly toolModel?: LanguageModel | undefined;
  /** IANA name. */
  readonly timeZone: string;
  /** Cosine below which no cached answer is served. */
  readonly minSimilarity: number;
}

interface Ready {
  readonly model: SemanticModel;
  readonly cache: CacheLookup;
}

interface Words {
  readonly text: string;
  readonly embedding: Float32Array;
  readonly routing: Routing;
}

interface Known {
  readonly reply: string;
  readonly source: ReplySource;
  readonly citations: readonly string[];
}

interface FoundArticle {
  readonly known: Known;
  readonly guards: readonly GuardDecision[];
  readonly title: string;
  /** It answers; else it may be meant. */
  readonly sure: boolean;
}

type Outcome = Omit<UnderstandResult, 'timing' | 'searchMs'> & { readonly record?: (() => Promise<void>) | undefined };

/** Settings of a tenant are read again after so long. */
const settingsMs = 1_000;

/** What a worker of the queue `cache` knows: the router, the cache, the articles. */
export class Understanding {
  readonly #deps: UnderstandingDependencies;
  #ready: Promise<Ready> | undefined;
  readonly #adapters = new Map<string, RegisteredAdapter>();
  readonly #settings = new Map<string, { readonly at: number; readonly value: Promise<TenantSettings> }>();

  constructor(deps: UnderstandingDependencies) {
    this.#deps = deps;
  }

  /** Learns the router from its phrases; the first use does it by itself. */
  async load(): Promise<void> {
    await this.#load();
  }

  async understand(input: UnderstandInput, signal: AbortSignal): Promise<Omit<UnderstandResult, 'timing'>> {
    const started = performance.now();
    const { record, ...outcome } = comeBack(await this.#understand(accepted(input), signal));
    const searchMs = performance.now() - started;
    const { next } = outcome;
    if (next.kind === 'said' && input.saidUrl) await sayLines(input.saidUrl, next.reply, { rank: writerRank.lookup, signal });
    // The caller has the answer by now.
    await record?.();
    return { ...outcome, searchMs };
  }

  async #understand(input: UnderstandInput, signal: AbortSignal): Promise<Outcome> {
    const { transcript, language, tenant, persona, dialog } = input;
    const { embedder, modelName, timeZone } = this.#deps;
    const [{ model, cache }, settings, [embedding]] = await Promise.all([
      this.#load(),
      this.#settingsOf(tenant),
      embedder.embed([transcript], { signal, priority: 'urgent' }),
    ]);
    if (!embedding) throw new Error('The embedder gave nothing.');
    const { knowledgeVersion } = settings;
    const adapter = await this.#adapterOf(input.adapter ?? settings.adapter);
    const scope: AnswerScope = { tenant, language, persona, model: modelName, adapter: adapter?.name ?? '', knowledgeVersion };
    const heard: Words = { text: transcript, embedding, routing: model.route(transcript, embedding) };
    const guarded = guardInput(transcript);
    const base = {
      intent: heard.routing.label as IntentName,
      confidence: heard.routing.confidence,
      scope,
      ...(adapter ? { adapter } : {}),
    };
    if (guarded.refused) return { ...base, dialog, next: approved(say.refused), guards: guarded.guards };
    const asWhole = dialog.pending !== undefined || inDistress(transcript);
    const wanted = asWhole ? heard : await this.#wanted(heard, model, signal);
    if (!wanted) return { ...base, dialog, next: approved(say.notWanted), guards: guarded.guards };

    const [words = wanted, ...others] = asWhole ? [] : await this.#wishes(wanted, model, signal);
    const today = todayIn(timeZone);
    const { pending } = dialog;
    const asksAmount = pending?.kind === 'slot' && pending.need === 'amount';
    const confirmsAmount = pending?.kind === 'confirm' && pending.action.kind === 'move-money';
    const { routing } = words;
    const movesMoney = routing.sure && routing.label === 'move-money';
    const amount = asksAmount || confirmsAmount || movesMoney;
    const slots = slotsIn(words.text, today, { amount, now: timeOfDayIn(timeZone) });
    const { toolModel } = this.#deps;
    const chosen = routing.sure || !toolModel ? undefined : await chooseByTools(toolModel, words.text, routing, signal);
    const understood = {
      text: words.text,
      intent: chosen ?? (routing.label as IntentName),
      sure: routing.sure || chosen !== undefined,
      runnerUp: routing.runnerUp?.label as IntentName | undefined,
      slots,
      digits: input.digits,
      lastReply: input.lastReply,
    };
    const matters = others.map(({ text, intent }) => ({ text, intent }));
    const decision = decide(keepOpen(dialog, matters), understood, { canTransfer: input.canTransfer });
    const known = { ...base, intent: subjectOf(decision) ?? understood.intent, dialog: decision.dialog, guards: guarded.guards };
    switch (decision.kind) {
      case 'say': {
        const ends = decision.leadsTo === 'end' && !input.mayEnd;
        return { ...known, next: approved(decision.reply, ends ? undefined : decision.leadsTo) };
      }
      case 'bank':
        return { ...known, next: { kind: 'bank', step: decision.step } };
      default: {
        const threshold = settings.cacheThreshold ?? model.hitFrom;
        const { hit, record } = await cache.find({ scope, ...words, threshold });
        if (hit) {
          const { reply, citations } = hit;
          return { ...known, record, next: { kind: 'said', reply, source: 'cache', citations } };
        }
        const answer = decision.kind === 'knowledge' || !understood.sure ? await this.#fromArticles(scope, words) : undefined;
        if (answer?.sure) {
          return { ...known, record, next: { kind: 'said', ...answer.known }, guards: [...known.guards, ...answer.guards] };
        }
        if (answer && decision.kind === 'knowledge' && !known.dialog.pending) {
          const question = say.offerArticle(answer.title);
          const pending = { kind: 'offer', matter: { intent: 'information', text: answer.title }, question } as const;
          return { ...known, record, dialog: { ...known.dialog, pending }, next: approved(question) };
        }
        return { ...known, record, next: decision.kind === 'knowledge' ? approved(say.unknown) : { kind: 'think' } };
      }
    }
  }

  /** The caller's words without what they do not want to be done or told; nothing where they say no more than that. */
  async #wanted(heard: Words, model: SemanticModel, signal: AbortSignal): Promise<Words | undefined> {
    const intent = heard.routing.label as IntentName;
    if (!isPersonal(intent) && !mayRefuse.has(intent)) return heard;
    const text = wantedPart(heard.text);
    if (text === heard.text) return heard;
    return text === '' ? undefined : (await this.#read([text], model, signal))[0];
  }

  async #read(texts: readonly string[], model: SemanticModel, signal: AbortSignal): Promise<Words[]> {
    const embeddings = await this.#deps.embedder.embed(texts, { signal, priority: 'urgent' });
    return embeddings.map((embedding, i) => {
      const text = texts[i] as string;
      return { text, embedding, routing: model.route(text, embedding) };
    });
  }

  /** Wishes that are said in one breath, the first to serve first; nothing where there is one. */
  async #wishes({ text }: Words, model: SemanticModel, signal: AbortSignal): Promise<(Words & OpenMatter)[]> {
    const parts = possibleWishes(text);
    if (parts.length < 2) return [];
    const wishes = (await this.#read(parts, model, signal))
      .map((words) => ({ ...words, intent: words.routing.label as IntentName }))
      .filter(({ routing, intent }) => routing.sure && intents[intent].kind !== 'talk');
    const different = wishes.filter(({ intent }, i) => wishes.findIndex((other) => other.intent === intent) === i);
    return different.length < 2 ? [] : inOrder(different);
  }

  /** The approved answer of the article that is asked for, or may be. */
  async #fromArticles({ tenant, language }: AnswerScope, { text, embedding }: Words): Promise<FoundArticle | undefined> {
    const { db } = this.#deps;
    const { byMeaning, byWords } = await searchPassages(db, { tenant, language }, text, embedding);
    const chosen = chooseArticle(byMeaning, byWords);
    const article = chosen && (await findArticle(db, tenant, chosen.articleId));
    if (!article) return undefined;
    // An article is its own fact; the guard looks at it like at everything that is spoken.
    const { passed, guards } = guardReply(article.answer, [article.body]);
    if (!passed) return undefined;
    const known = { reply: article.answer, source: 'knowledge', citations: [article.id] } as const;
    return { known, guards, title: article.title, sure: chosen.sure };
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

  #load(): Promise<Ready> {
    this.#ready ??= this.#learn().catch((error) => {
      this.#ready = undefined;
      throw error;
    });
    return this.#ready;
  }

  async #learn(): Promise<Ready> {
    const { db, embedder, routerTrainer, minSimilarity } = this.#deps;
    const { examples, learnt } = await routerTrainer.teach(routerPhrases, embedder);
    const model = new SemanticModel(examples, learnt);
    // It is needed once in the life of a worker.
    await routerTrainer.unload();
    return { model, cache: new CacheLookup(db, model, minSimilarity) };
  }
}

/** What a sentence that only refuses something may be taken for. */
const mayRefuse: ReadonlySet<IntentName> = new Set(['no', 'cancel', 'beyond']);

/** A "yes" to what was offered is what was asked before. */
function accepted(input: UnderstandInput): UnderstandInput {
  const { dialog, transcript } = input;
  const { pending } = dialog;
  if (pending?.kind !== 'offer' || yesOrNo(transcript) !== 'yes') return input;
  return { ...input, transcript: pending.matter.text, dialog: without(dialog, 'pending') };
}

/** What a turn is about, where it goes on with something: a number, or a "yes", says nothing of it. */
function subjectOf(decision: Decision): IntentName | undefined {
  const { pending } = decision.dialog;
  if (decision.kind === 'bank') {
    const { step } = decision;
    if ('request' in step) return step.request.intent;
    if ('action' in step) return step.action.kind;
  }
  return decision.kind !== 'think' && decision.kind !== 'knowledge' && pending && 'request' in pending
    ? pending.request.intent
    : undefined;
}

/** The router's own phrases. */
export const routerPhrases: readonly LabelledPhrase[] = intentNames.flatMap((label) =>
  phrases[label].map((text) => ({ text, label })),
);

function approved(reply: string, leadsTo?: NextStep): Extract<StepOutcome['next'], { kind: 'said' }> {
  return { kind: 'said', reply, source: 'approved', ...(leadsTo ? { leadsTo } : {}) };
}
