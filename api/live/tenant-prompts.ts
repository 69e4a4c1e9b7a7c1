import type { Logger } from '../../telemetry/logger.ts';
import type { CallService } from '../calls.ts';
import { Prompts, type PromptsOptions } from './prompts.ts';

/** What the calls of each tenant play: made when a call of it first comes. */
export class TenantPrompts {
  readonly #calls: CallService;
  readonly #logger: Logger;
  readonly #options: Omit<PromptsOptions, 'tenant'>;
  readonly #known = new Map<string, Prompts>();
  #stopped = false;

  constructor(calls: CallService, logger: Logger, options: Omit<PromptsOptions, 'tenant'>) {
    this.#calls = calls;
    this.#logger = logger;
    this.#options = options;
  }

  of(tenant: string): Prompts {
    const known = this.#known.get(tenant);
    if (known) return known;
    const prompts = new Prompts(this.#calls, this.#logger, { ...this.#options, tenant });
    this.#known.set(tenant, prompts);
    if (this.#stopped) prompts.stop();
    else void prompts.load();
    return prompts;
  }

  stop(): void {
    this.#stopped = true;
    for (const prompts of this.#known.values()) prompts.stop();
  }
}
