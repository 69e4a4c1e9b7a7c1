import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../db/open.ts';
import { findSession } from '../db/sessions.ts';
import { tenantProfile } from '../db/tenants.ts';
import { type CallSettings, tenantOfCall } from '../workflows/definitions.ts';

/** Sessions whose tenants are remembered; of the others the database knows. */
const maxKnown = 20_000;
/** A caller does not wait longer for a database that is away. */
const lookupMs = 500;

/** Names of tenants are read again after so long. */
const nameMs = 5_000;

/** Whose calls these are. */
export class CallTenants {
  readonly #db: Database;
  readonly #settings: CallSettings;
  readonly #known = new Map<string, string>();
  readonly #names = new Map<string, { readonly at: number; readonly name: string | undefined }>();

  /** @param settings of calls whose tenant nobody knows. */
  constructor(db: Database, settings: CallSettings) {
    this.#db = db;
    this.#settings = settings;
  }

  note(sessionId: string, tenant: string | undefined): void {
    if (tenant === undefined) return;
    if (this.#known.size >= maxKnown) {
      const [oldest] = this.#known.keys();
      if (oldest !== undefined) this.#known.delete(oldest);
    }
    this.#known.set(sessionId, tenant);
  }

  /** Whose a session is; the configuration's where nobody knows it, or the database is away. */
  async of(sessionId: string): Promise<string> {
    const known = this.#known.get(sessionId);
    if (known !== undefined) return known;
    const row = await inTime(findSession(this.#db, sessionId));
    // A call that runs has settings of its own: these count for one whose start was lost alone.
    if (!row) return tenantOfCall(this.#settings);
    this.note(sessionId, row.tenant);
    return row.tenant;
  }

  /** The name that a tenant has of its own. One that is known is taken as it is, and looked up again for the next caller. */
  async #nameOf(tenant: string): Promise<string | undefined> {
    const known = this.#names.get(tenant);
    if (known && Date.now() - known.at < nameMs) return known.name;
    const lookup = inTime(tenantProfile(this.#db, tenant)).then((profile) => {
      const name = profile ? (profile.bankName ?? undefined) : known?.name;
      this.#names.set(tenant, { at: Date.now(), name });
      return name;
    });
    return known ? known.name : lookup;
  }

  /** Those of the configuration, with the session's tenant. */
  async settingsOf(sessionId: string): Promise<CallSettings> {
    const tenant = await this.of(sessionId);
    const { scope } = this.#settings;
    const bankName = await this.#nameOf(tenant);
    if (scope === undefined || (scope.tenant === tenant && bankName === undefined)) return this.#settings;
    return { ...this.#settings, scope: { ...scope, tenant, bankName } };
  }
}

/** What the database says; nothing where it fails or takes too long. */
function inTime<T>(found: Promise<T>): Promise<T | undefined> {
  return Promise.race([found.catch(() => undefined), sleep(lookupMs, undefined, { ref: false })]);
}
