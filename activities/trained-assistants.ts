import type { Assistant } from '../domain/assistant/assistant.ts';
import { RestrictionTagger } from '../domain/understanding/restriction-tagger.ts';
import { SemanticModel } from '../domain/understanding/semantic-model.ts';
import type { Embedder, RouterTrainer } from '../engines/types.ts';
import type { Assistants } from './assistants.ts';

/** An assistant whose router has learnt. */
export interface TrainedAssistant {
  readonly assistant: Assistant;
  readonly model: SemanticModel;
  /** Which words restrict a question; unset until that is learnt. */
  tagger: RestrictionTagger | undefined;
}

export interface TrainingDependencies {
  readonly assistants: Assistants;
  readonly embedder: Embedder;
  readonly routerTrainer: RouterTrainer;
}

/** Versions whose routers are kept; each is some megabytes. */
const mostTrained = 8;

/** The versions of assistants that serve calls in this worker, each with what its router has learnt. */
export class TrainedAssistants {
  readonly #deps: TrainingDependencies;
  /** By version; the one used last is the last. */
  readonly #trained = new Map<string, Promise<TrainedAssistant>>();
  /** What served a tenant's new calls last. */
  readonly #serving = new Map<string, TrainedAssistant>();
  /** Set once there is time for what makes answers better. */
  #refining: AbortSignal | undefined;

  constructor(deps: TrainingDependencies) {
    this.#deps = deps;
  }

  /** Learns the routers of all that calls may begin with. */
  async load(): Promise<void> {
    for (const assistant of await this.#deps.assistants.inForce()) await this.#trainedOf(assistant);
  }

  /**
   * Learns, while nobody waits, which words of a question restrict it, also of versions that come later. Until then a list of plain words
   * tells.
   */
  async refine(signal: AbortSignal): Promise<void> {
    this.#refining = signal;
    for (const trained of await Promise.all(this.#trained.values())) await this.#tag(trained, signal);
  }

  /**
   * What serves a turn.
   * @param version that the call began with; unset in its first turn.
   */
  async forTurn(tenant: string, sessionId: string, version: string | undefined): Promise<TrainedAssistant> {
    const { assistants } = this.#deps;
    if (version !== undefined) return this.#trainedOf(await assistants.of(tenant, version));
    const training = this.#trainedOf(await assistants.forCall(tenant, sessionId));
    const before = this.#serving.get(tenant);
    // New calls begin with the version before, until the router of the new one has learnt.
    const serving = before ? ((await settled(training)) ?? before) : await training;
    this.#serving.set(tenant, serving);
    return serving;
  }

  #trainedOf(assistant: Assistant): Promise<TrainedAssistant> {
    const { version } = assistant;
    const known = this.#trained.get(version);
    this.#trained.delete(version);
    const trained = known ?? this.#train(assistant);
    this.#trained.set(version, trained);
    if (!known) trained.catch(() => this.#trained.delete(version));
    const [oldest] = this.#trained.keys();
    if (oldest !== undefined && this.#trained.size > mostTrained) this.#trained.delete(oldest);
    return trained;
  }

  async #train(assistant: Assistant): Promise<TrainedAssistant> {
    const { embedder, routerTrainer } = this.#deps;
    const { examples, learnt } = await routerTrainer.teach(assistant.phrases, embedder);
    const trained: TrainedAssistant = { assistant, model: new SemanticModel(examples, learnt), tagger: undefined };
    // It is needed once for each version.
    await routerTrainer.unload();
    if (this.#refining) this.#tag(trained, this.#refining).catch(() => undefined);
    return trained;
  }

  async #tag(trained: TrainedAssistant, signal: AbortSignal): Promise<void> {
    const { embedder, routerTrainer } = this.#deps;
    const { restrictions } = trained.assistant;
    if (trained.tagger || !restrictions) return;
    const learnt = await routerTrainer.teachTagger?.(restrictions, embedder, { signal, priority: 'background' });
    if (learnt) trained.tagger = new RestrictionTagger(learnt);
    await routerTrainer.unload();
  }
}

/** What a promise has come to by now. */
async function settled<T>(promise: Promise<T>): Promise<T | undefined> {
  return Promise.race([promise, Promise.resolve(undefined)]).catch(() => undefined);
}
