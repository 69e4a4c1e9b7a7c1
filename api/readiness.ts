import { VoicebotError } from '../domain/errors.ts';

/** New callers wait so long for a service that is about to be ready. */
const shortWaitMs = 2_000;
const retryAfterSeconds = 5;

/** Whether everything that a caller needs is warm (engines, understanding, the sentences that every call may need), and the process stays. */
export class Readiness {
  #state: 'starting' | 'ready' | 'stopping' = 'starting';
  readonly #becameReady: Promise<void>;
  #tell: () => void = () => {};

  constructor() {
    this.#becameReady = new Promise((resolve) => {
      this.#tell = resolve;
    });
  }

  get state(): 'starting' | 'ready' | 'stopping' {
    return this.#state;
  }

  /** Callers are let in. */
  get ready(): boolean {
    return this.#state !== 'starting';
  }

  becomeReady(): void {
    if (this.#state === 'starting') this.#state = 'ready';
    this.#tell();
  }

  /** The process ends, and load balancers are told. Requests that come nevertheless are answered: calls go on at another process. */
  leave(): void {
    this.#state = 'stopping';
    this.#tell();
  }

  /** Waits a short while. @throws VoicebotError `starting`. */
  async admit(waitMs = shortWaitMs): Promise<void> {
    if (this.ready) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, waitMs);
    });
    await Promise.race([this.#becameReady, late]);
    clearTimeout(timer);
    if (this.ready) return;
    throw new VoicebotError('starting', 'No new session can be taken yet: the service is starting.', {
      retryable: true,
      retryAfterSeconds,
      hint: 'GET /ready answers 200 once it is.',
    });
  }
}
