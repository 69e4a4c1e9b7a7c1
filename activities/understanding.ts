import { findAdapter } from '../db/adapters.ts';
import { findArticle, searchPassages } from '../db/knowledge.ts';
import type { Database } from '../db/open.ts';
import { type TenantSettings, tenantSettings } from '../db/tenants.ts';
import type { AnswerScope } from '../domain/answer-scope.ts';
import type { Assistant } from '../domain/assistant/assistant.ts';
import type { Behaviour } from '../domain/assistant/behaviours.ts';
import type { Say } from '../domain/assistant/wording-keys.ts';
import type { NextStep, ReplySource, StepTiming } from '../domain/call.ts';
import { comeBack, inOrder, keepOpen, possibleWishes } from '../domain/dialog/agenda.ts';
import { inDistress } from '../domain/dialog/asides.ts';
import { decide } from '../domain/dialog/decide.ts';
import { type Decision, intentOf } from '../domain/dialog/decision.ts';
import { wantedPart } from '../domain/dialog/negation.ts';
import { slotsIn } from '../domain/dialog/slots.ts';
import type { SpokenSecret } from '../domain/dialog/state.ts';
import { type DialogState, type OpenMatter, without } from '../domain/dialog/state.ts';
import type { StepOutcome } from '../domain/dialog/steps.ts';
import { isNarrowed } from '../domain/dialog/unexplained.ts';
import { unreadOf } from '../domain/dialog/unread.ts';
import { yesOrNo } from '../domain/dialog/yes-no.ts';
import { guardReply } from '../domain/facts-guard.ts';
import type { GuardDecision } from '../domain/guard-decision.ts';
import { guardInput } from '../domain/input-guard.ts';
import { chooseArticle } from '../domain/knowledge/choose.ts';
import { timeOfDayIn, todayIn } from '../domain/language/dates.ts';
import { RestrictionTagger } from '../domain/understanding/restriction-tagger.ts';
import { type Routing, SemanticModel } from '../domain/understanding/semantic-model.ts';
import type { Embedder, RouterTrainer } from '../engines/types.ts';
import type { RegisteredAdapter } from './adapter-files.ts';
import type { Assistants } from './assistants.ts';
import { CacheLookup } from './cache-lookup.ts';
import { sayLines } from './say-lines.ts';
import type { SecondReader } from './second-reader.ts';
import { writerRank } from './take-pipe.ts';

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

export interface UnderstandingDependencies {
  readonly db: Database;
  readonly assistants: Assistants;
  readonly embedder: Embedder;
  readonly routerTrainer: RouterTrainer;
  /** Names the language model in the scope of answers. */
  readonly modelName: string;
  /** A language model that may be asked what the caller wants. */
  readonly secondReader?: SecondReader | undefined;
  /** IANA name. */
  readonly timeZone: string;
  /** Cosine below which no cached answer is served. */
  readonly minSimilarity: number;
}

/** An assistant whose router has learnt. */
interface Ready {
  readonly assistant: Assistant;
  /** Once it has learnt. */
  readonly tagger: { current: RestrictionTagger | undefined };
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

/** Versions whose routers are kept; each is some megabytes. */
const mostReady = 8;

/** What a worker of the queue `cache` knows: the assistants and their routers, the cache, the articles. */
export class Understanding {
  readonly #deps: UnderstandingDependencies;
  /** By version. */
  readonly #ready = new Map<string, Promise<Ready>>();
  /** What served a tenant's calls last. */
  readonly #serving = new Map<string, Ready>();
  readonly #adapters = new Map<string, RegisteredAdapter>();
  readonly #settings = new Map<string, { readonly at: number; readonly value: Promise<TenantSettings> }>();

  constructor(deps: UnderstandingDependencies) {
    this.#deps = deps;
  }

  /** Learns the routers of all that calls may begin with; the first use does it by itself. */
  async load(): Promise<void> {
    for (const assistant of await this.#deps.assistants.inForce()) await this.#readyOf(assistant);
  }

  /** Learns, while nobody waits, which words of a question restrict it; until then a list of plain words tells. */
  async refine(signal: AbortSignal): Promise<void> {
    const { embedder, routerTrainer, assistants } = this.#deps;
    for (const assistant of await assistants.inForce()) {
      const { tagger } = await this.#readyOf(assistant);
      if (tagger.current || !assistant.restrictions) continue;
      const learnt = await routerTrainer.teachTagger?.(assistant.restrictions, embedder, { signal, priority: 'background' });
      if (learnt) tagger.current = new RestrictionTagger(learnt);
      await routerTrainer.unload();
    }
  }

  get assistants(): Assistants {
    return this.#deps.assistants;
  }

  async understand(input: UnderstandInput, signal: AbortSignal): Promise<Omit<UnderstandResult, 'timing'>> {
    const started = performance.now();
    const { ready, say } = await this.#serve(input);
    const { record, ...outcome } = comeBack(ready.assistant, say, await this.#understand(accepted(input), ready, say, signal));
    const searchMs = performance.now() - started;
    const { next } = outcome;
    if (next.kind === 'said' && input.saidUrl) await sayLines(input.saidUrl, next.reply, { rank: writerRank.lookup, signal });
    // The caller has the answer by now.
    await record?.();
    return { ...outcome, searchMs };
  }

  async #understand(input: UnderstandInput, ready: Ready, say: Say, signal: AbortSignal): Promise<Outcome> {
    const { transcript, language, tenant, persona } = input;
    const { embedder, modelName, timeZone } = this.#deps;
    const { model, cache, assistant } = ready;
    // The call keeps the version that it begins with.
    const dialog: DialogState = { ...input.dialog, assistant: assistant.version };
    const [settings, [embedding]] = await Promise.all([
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
      intent: heard.routing.label,
      confidence: heard.routing.confidence,
      scope,
      ...(adapter ? { adapter } : {}),
    };
    if (guarded.refused) return { ...base, dialog, next: approved(say('refused')), guards: guarded.guards };
    const asWhole = dialog.pending !== undefined || inDistress(transcript);
    const wanted = asWhole ? heard : await this.#wanted(heard, ready, signal);
    if (!wanted) return { ...base, dialog, next: approved(say('not-wanted')), guards: guarded.guards };

    const [words = wanted, ...others] = asWhole ? [] : await this.#wishes(wanted, ready, signal);
    const today = todayIn(timeZone);
    const { pending } = dialog;
    const { routing } = words;
    const amount = asksAmount(assistant, pending) || (routing.sure && assistant.does(routing.label) === 'move-money');
    const slots = slotsIn(words.text, today, { amount, now: timeOfDayIn(timeZone) });
    const { secondReader } = this.#deps;
    // What was asked is answered as it was asked: a model has nothing to add.
    const read = pending ? undefined : await secondReader?.read(assistant, words.text, routing, today, signal);
    const { label: intent, sure, runnerUp } = routing;
    const noticed = await this.#restricting(words.text, read?.intent ?? intent, ready, signal);
    const understood = {
      text: words.text,
      ...(read ?? { intent, sure, runnerUp: runnerUp?.label }),
      unread: [...(read?.unread ?? []), ...unreadOf(noticed, words.text, slots)],
      slots,
      digits: input.digits,
      lastReply: input.lastReply,
    };
    const matters = others.map(({ text, intent }) => ({ text, intent }));
    const decision = decide(keepOpen(dialog, matters), understood, { assistant, say, canTransfer: input.canTransfer });
    const known = {
      ...base,
      intent: subjectOf(assistant, decision) ?? understood.intent,
      dialog: decision.dialog,
      guards: guarded.guards,
    };
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
          const question = say('offer-article', { title: answer.title });
          const matter = { intent: assistant.doing('article')?.name ?? understood.intent, text: answer.title };
          const pending = { kind: 'offer', matter, question } as const;
          return { ...known, record, dialog: { ...known.dialog, pending }, next: approved(question) };
        }
        if (decision.kind === 'knowledge') return { ...known, record, next: approved(say('unknown')) };
        return { ...known, record, next: { kind: 'think', instead: decision.instead } };
      }
    }
  }

  /** Words of a question about money that restrict it, as the encoder sees them. */
  async #restricting(
    text: string,
    intent: string,
    { assistant, tagger }: Ready,
    signal: AbortSignal,
  ): Promise<readonly string[]> {
    const { embedder } = this.#deps;
    if (!tagger.current || !embedder.wordStates || !isNarrowed(assistant.does(intent))) return [];
    const words = text.match(/[\p{L}\d$€£][\p{L}\d.,'’&-]*/gu) ?? [];
    const [states] = await embedder.wordStates([words], { signal, priority: 'urgent' });
    return states ? tagger.current.restricting({ words, states }) : [];
  }

  /** The caller's words without what they do not want to be done or told; nothing where they say no more than that. */
  async #wanted(heard: Words, { assistant, model }: Ready, signal: AbortSignal): Promise<Words | undefined> {
    const { label } = heard.routing;
    if (!assistant.isPersonal(label) && !mayRefuse.has(assistant.does(label))) return heard;
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
  async #wishes(whole: Words, { assistant, model }: Ready, signal: AbortSignal): Promise<(Words & OpenMatter)[]> {
    const { text } = whole;
    const parts = possibleWishes(text);
    if (parts.length < 2) return [];
    const read = (await this.#read(parts.map(withoutManners), model, signal)).map((words) => ({
      ...words,
      intent: words.routing.label,
    }));
    const wishes = read.filter(({ routing, intent }) => worthAsking(assistant, intent, routing));
    const different = wishes.filter(({ intent }, i) => wishes.findIndex((other) => other.intent === intent) === i);
    const sure = different.filter(({ routing }) => routing.sure);
    const [only] = sure;
    // "Good morning. Block my card.": what is said around the one wish makes it no less sure.
    const besides = read.every((one) => one === only || assistant.kindOf(one.intent) === 'talk');
    if (only && besides && !whole.routing.sure) return [{ ...only, text, embedding: whole.embedding }];
    // What may be an order is asked about once the rest is done.
    const perhaps = different.filter(({ routing }) => !routing.sure);
    return sure.length === 0 || different.length < 2 ? [] : [...inOrder(assistant, sure), ...perhaps];
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

  /** What serves a call, and its words for this turn. */
  async #serve({
    tenant,
    sessionId,
    transcript,
    dialog,
  }: UnderstandInput): Promise<{ readonly ready: Ready; readonly say: Say }> {
    const { assistants } = this.#deps;
    const known = dialog.assistant !== undefined;
    const wanted = known
      ? await assistants.of(tenant, dialog.assistant)
      : await assistants.forCall(tenant, sessionId ?? transcript);
    const serving = this.#serving.get(tenant);
    const learning = this.#readyOf(wanted);
    // New calls begin with the version before, until the router of the new one has learnt.
    const ready = !known && serving ? ((await settled(learning)) ?? serving) : await learning;
    if (!known) this.#serving.set(tenant, ready);
    return { ready, say: ready.assistant.saying(`${sessionId} ${transcript}`) };
  }

  #readyOf(assistant: Assistant): Promise<Ready> {
    const { version } = assistant;
    const known = this.#ready.get(version);
    // The last one used is the last one forgotten.
    this.#ready.delete(version);
    const ready = known ?? this.#learn(assistant);
    this.#ready.set(version, ready);
    if (!known) ready.catch(() => this.#ready.delete(version));
    const [oldest] = this.#ready.keys();
    if (oldest !== undefined && this.#ready.size > mostReady) this.#ready.delete(oldest);
    return ready;
  }

  async #learn(assistant: Assistant): Promise<Ready> {
    const { db, embedder, routerTrainer, minSimilarity } = this.#deps;
    const { examples, learnt } = await routerTrainer.teach(assistant.phrases, embedder);
    const model = new SemanticModel(examples, learnt);
    // It is needed once for each version.
    await routerTrainer.unload();
    return { assistant, tagger: { current: undefined }, model, cache: new CacheLookup(db, model, minSimilarity) };
  }
}

/** What a promise has come to by now. */
async function settled<T>(promise: Promise<T>): Promise<T | undefined> {
  return Promise.race([promise, Promise.resolve(undefined)]).catch(() => undefined);
}

/** What people add out of politeness, and which makes short wishes look alike. */
const withoutManners = (text: string): string =>
  text.replace(/(?:[\s,]+(?:please|thank you|thanks|if you can|if possible|for me))+\W*$/i, '');

/** An order that is likely is asked about; anything else must be sure, or it is no wish of its own. */
function worthAsking(assistant: Assistant, intent: string, { sure, confidence }: Routing): boolean {
  const kind = assistant.kindOf(intent);
  return kind !== 'talk' && (sure || (kind === 'action' && confidence >= likely));
}

const likely = 0.4;

/** Whether a bare number is an amount: it was asked for, or is being confirmed. */
function asksAmount(assistant: Assistant, pending: DialogState['pending']): boolean {
  if (pending?.kind === 'confirm') return pending.action.kind === 'move-money';
  if (pending?.kind !== 'slot') return false;
  const { operation } = assistant.intent(pending.request.intent);
  return pending.need === 'amount' || operation?.values.find(({ name }) => name === pending.value)?.type === 'amount';
}

/** What a sentence that only refuses something may be taken for. */
const mayRefuse: ReadonlySet<Behaviour> = new Set(['refuse', 'cancel', 'colleague']);

/** A "yes" to what was offered is what was asked before. */
function accepted(input: UnderstandInput): UnderstandInput {
  const { dialog, transcript } = input;
  const { pending } = dialog;
  if (pending?.kind !== 'offer' || yesOrNo(transcript) !== 'yes') return input;
  return { ...input, transcript: pending.matter.text, dialog: without(dialog, 'pending') };
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
