import { VoicebotError } from '../../domain/errors.ts';

/** How long Asterisk may take to ask what comes next. */
const keptMs = 60_000;

/** Calls whose numbers may be announced at a time. */
const maxAnnounced = 10_000;

/**
 * What the dialplan of Asterisk does with a call after its AudioSocket has closed: it asks, and gets the address that the caller is
 * transferred to, or nothing, which is the end of the call.
 */
export class Dialplan {
  readonly #transferTo: string | undefined;
  readonly #tenantOfNumber: (number: string) => Promise<string | undefined>;
  readonly #next = new Map<string, NodeJS.Timeout>();
  readonly #tenants = new Map<string, { readonly tenant: string; readonly timer: NodeJS.Timeout }>();

  /** @param tenantOfNumber whose number it is; undefined where it is nobody's. */
  constructor(transferTo: string | undefined, tenantOfNumber: (number: string) => Promise<string | undefined>) {
    this.#transferTo = transferTo;
    this.#tenantOfNumber = tenantOfNumber;
  }

  /** Says which number a call has dialled, before its AudioSocket opens. @throws VoicebotError `limit-reached`. */
  async announce(uuid: string, number: string): Promise<void> {
    const tenant = await this.#tenantOfNumber(number);
    if (tenant === undefined) return;
    if (this.#tenants.size >= maxAnnounced) throw new VoicebotError('limit-reached', 'Too many calls are announced.');
    clearTimeout(this.#tenants.get(uuid)?.timer);
    this.#tenants.set(uuid, { tenant, timer: setTimeout(() => this.#tenants.delete(uuid), keptMs).unref() });
  }

  /** Whose number the call has dialled; undefined where that was not announced, or is nobody's. */
  tenantOf(uuid: string): string | undefined {
    return this.#tenants.get(uuid)?.tenant;
  }

  /** The caller is to be put through. */
  transfer(uuid: string): void {
    clearTimeout(this.#next.get(uuid));
    this.#next.set(uuid, setTimeout(() => this.#next.delete(uuid), keptMs).unref());
  }

  /** Where the call goes; empty for nowhere. Told once. */
  next(uuid: string): string {
    const timer = this.#next.get(uuid);
    if (!timer) return '';
    clearTimeout(timer);
    this.#next.delete(uuid);
    return this.#transferTo ?? '';
  }
}
