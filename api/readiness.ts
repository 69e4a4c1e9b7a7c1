import { VoicebotError } from '../domain/errors.ts';

/** New callers wait so long for a service that is about to be ready. */
const shortWaitMs = 2_000;
const retryAfterSeconds = 5;

/** Whether everything that a caller needs is warm: engines, understanding, the sentences that every call may need. */
export class Readiness {
  #ready = false;
  readonly #becameReady: Promise<void>;
  #tell: () => void = () => {};

  constructor() {
    this.#becameReady = new Promise((resolve) => {
      this.#tell = resolve;
    });
  }

  get ready(): boolean {
    return this.#ready;
  }

  becomeReady(): void {
    this.#ready = true;
    this.#tell();
  }

  /** Waits a short while. @throws VoicebotError `starting`. */
  async admit(waitMs = shortWaitMs): Promise<void> {
    if (this.#ready) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, waitMs);
    });
    await Promise.race([this.#becameReady, late]);
    clearTimeout(timer);
    if (this.#ready) return;
    throw new VoicebotError('starting', 'No new session can be taken yet: the service is starting.', {
      retryable: true,
      retryAfterSeconds,
      hint: 'GET /ready answers 200 once it is.',
    });
  }
}
