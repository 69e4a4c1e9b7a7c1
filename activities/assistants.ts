import { assistantFilesOf, type Deployment, deploymentsOf, keepAssistant, versionsInForce } from '../db/assistants.ts';
import type { Database } from '../db/open.ts';
import type { Assistant } from '../domain/assistant/assistant.ts';
import type { AssistantFiles } from '../domain/assistant/read.ts';
import { type AssistantSource, parseAssistant } from '../domain/assistant/source.ts';
import { isVoicebotError } from '../domain/errors.ts';
import { hashOf } from '../domain/understanding/text-features.ts';

/** What a tenant has deployed is read again after so long. */
const freshMs = 1_000;
/** Versions that are kept in memory; each is some hundred kilobytes. */
const mostKept = 32;

/** The versions of assistants that calls are served by. */
export class Assistants {
  readonly #db: Database;
  readonly #shipped: AssistantSource;
  readonly #versions = new Map<string, Promise<Assistant | undefined>>();
  readonly #deployments = new Map<string, { readonly at: number; readonly value: Promise<Deployment | undefined> }>();
  readonly #kept = new Set<string>();

  /** @param shipped serves tenants that have deployed nothing. */
  constructor(db: Database, shipped: AssistantSource) {
    this.#db = db;
    this.#shipped = shipped;
  }

  /** The version that a call began with. Where none is named, or it is not known any more, the one that holds now. */
  async of(tenant: string, version: string | undefined): Promise<Assistant> {
    const { assistant } = this.#shipped;
    if (version === assistant.version) return assistant;
    return (version !== undefined && (await this.#version(tenant, version))) || this.current(tenant);
  }

  /** What new calls of a tenant are served by, but for those that try another version. */
  async current(tenant: string): Promise<Assistant> {
    const deployment = await this.#deployment(tenant);
    return (deployment && (await this.#version(tenant, deployment.version))) ?? this.#shipped.assistant;
  }

  /** What a new call is served by: the same call by the same version, however often it is asked. */
  async forCall(tenant: string, sessionId: string): Promise<Assistant> {
    const deployment = await this.#deployment(tenant);
    const { candidate = null, share = 0 } = deployment ?? {};
    const tries = candidate !== null && lotOf(`${candidate} ${sessionId}`) < share;
    const tried = tries ? await this.#version(tenant, candidate) : undefined;
    const serving = tried ?? (await this.current(tenant));
    await this.#keep(tenant, serving);
    return serving;
  }

  /** All that new calls may begin with. */
  async inForce(): Promise<Assistant[]> {
    const deployed = await versionsInForce(this.#db);
    const found = await Promise.all(deployed.map(({ tenant, version }) => this.#version(tenant, version)));
    return [this.#shipped.assistant, ...found.filter((assistant) => assistant !== undefined)];
  }

  /** The product's own version outlives its release in the calls that began with it. */
  async #keep(tenant: string, { version, name }: Assistant): Promise<void> {
    const { assistant, files } = this.#shipped;
    if (version !== assistant.version || this.#kept.has(tenant)) return;
    await keepAssistant(this.#db, { tenant, version, name, files });
    this.#kept.add(tenant);
  }

  #deployment(tenant: string): Promise<Deployment | undefined> {
    const known = this.#deployments.get(tenant);
    const now = performance.now();
    if (known && now - known.at < freshMs) return known.value;
    const value = deploymentsOf(this.#db, tenant, 1).then(([deployment]) => deployment);
    this.#deployments.set(tenant, { at: now, value });
    value.catch(() => this.#deployments.delete(tenant));
    return value;
  }

  #version(tenant: string, version: string): Promise<Assistant | undefined> {
    const { assistant: shipped } = this.#shipped;
    if (version === shipped.version) return Promise.resolve(shipped);
    const key = `${tenant} ${version}`;
    const known = this.#versions.get(key);
    if (known) return known;
    const read = assistantFilesOf(this.#db, tenant, version).then((files) => files && readable(files, shipped));
    this.#versions.set(key, read);
    read.then(
      (found) => found ?? this.#versions.delete(key),
      () => this.#versions.delete(key),
    );
    const [oldest] = this.#versions.keys();
    if (oldest !== undefined && this.#versions.size > mostKept) this.#versions.delete(oldest);
    return read;
  }
}

/** From 0 to 1, evenly, the same for the same text. The hash alone is alike for names that end alike: MurmurHash3's last step spreads it. */
function lotOf(text: string): number {
  let hash = hashOf(text);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** It was checked when it was deployed; what a later release does not read any more is served by another version. */
function readable(files: AssistantFiles, base: Assistant): Assistant | undefined {
  try {
    return parseAssistant(files, base).assistant;
  } catch (error) {
    if (isVoicebotError(error)) return undefined;
    throw error;
  }
}
