import { assistantFilesOf, type Deployment, deployAssistant, deploymentsOf } from '../db/assistants.ts';
import type { Database } from '../db/open.ts';
import type { AssistantFiles } from '../domain/assistant/read.ts';
import type { AssistantSource } from '../domain/assistant/source.ts';
import { VoicebotError } from '../domain/errors.ts';
import { notFound } from './problem.ts';

/** Deployments that are looked through for the version before. */
const remembered = 50;

/** Which version holds, and which held before. */
export class AssistantVersions {
  readonly #db: Database;
  readonly #source: AssistantSource;

  /** @param source serves tenants that have deployed nothing. */
  constructor(db: Database, source: AssistantSource) {
    this.#db = db;
    this.#source = source;
  }

  /** Where nothing was ever deployed. */
  shipped(): Deployment {
    return { version: this.#source.assistant.version, candidate: null, share: 0, createdAt: new Date(0) };
  }

  /** The latest first, as far back as is looked for the version before. */
  deployments(tenant: string): Promise<Deployment[]> {
    return deploymentsOf(this.#db, tenant, remembered);
  }

  async filesOf(tenant: string, version: string): Promise<AssistantFiles> {
    if (version === this.#source.assistant.version) return this.#source.files;
    const files = await assistantFilesOf(this.#db, tenant, version);
    if (!files) throw notFound(`The tenant '${tenant}' has no version '${version}' of an assistant.`);
    return files;
  }

  /** @param share of new calls that try it; all of them when unset. @throws VoicebotError `conflict` for a trial of what holds. */
  async deploy(tenant: string, version: string, share?: number): Promise<Deployment> {
    if (share === undefined) return this.#put(tenant, { version });
    const current = await this.#current(tenant);
    if (current.version === version) {
      throw new VoicebotError('conflict', `The version ${version} holds already: it cannot be tried beside itself.`, {
        hint: 'Change the files, or deploy it without a share to end a trial.',
      });
    }
    return this.#put(tenant, { version: current.version, candidate: version, share });
  }

  /** @throws VoicebotError `conflict` where there is nothing to go back to. */
  async rollBack(tenant: string): Promise<Deployment> {
    const [current, ...earlier] = await this.deployments(tenant);
    if (!current) throw new VoicebotError('conflict', 'No assistant was deployed, so there is none to go back from.');
    if (current.candidate !== null) return this.#put(tenant, { version: current.version });
    const before = earlier.find(({ version }) => version !== current.version) ?? this.shipped();
    if (before.version === current.version) throw new VoicebotError('conflict', 'There is no version before this one.');
    return this.#put(tenant, { version: before.version });
  }

  async #current(tenant: string): Promise<Deployment> {
    const [current] = await deploymentsOf(this.#db, tenant, 1);
    return current ?? this.shipped();
  }

  async #put(
    tenant: string,
    deployment: { readonly version: string; readonly candidate?: string; readonly share?: number },
  ): Promise<Deployment> {
    await deployAssistant(this.#db, { tenant, ...deployment });
    return this.#current(tenant);
  }
}
