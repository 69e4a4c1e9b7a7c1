import { Worker } from 'node:worker_threads';
import { cancelled, VoicebotError } from '../../domain/errors.ts';
import type { Priority, RunOptions } from '../types.ts';
import type { ThreadFailure, ThreadReply, ThreadRequest } from './protocol.ts';
import type { WorkGate } from './work-gate.ts';

/** Requests that may wait for one engine; more are refused, so that a flood cannot fill the memory. */
const maxQueued = 256;

/**
 * Inference fills the cores for a tenth of a second and more; audio, heartbeats and Temporal need them for moments, at once. So the
 * threads of engines are nicer than the rest of the process.
 */
const heavyNiceness = 10;

const bootstrap = new URL('./thread-bootstrap.mjs', import.meta.url);

export interface ThreadOptions {
  readonly name: string;
  /** The thread's entry file. */
  readonly entry: URL;
  /** What the thread's `threadOptions()` returns. */
  readonly options: unknown;
  readonly gate: WorkGate;
  /** Works at the priority of the rest: for what is light and must never wait. */
  readonly light?: boolean;
  /** Milliseconds without work after which the thread ends; 0 keeps it. */
  readonly idleMs: number;
}

/** Lower goes first. */
const rank: Record<Priority, number> = { urgent: 0, caller: 1, batch: 2, background: 3 };

interface Job {
  readonly request: ThreadRequest;
  readonly transfer: ArrayBuffer[];
  readonly priority: Priority;
  readonly resolve: (output: never) => void;
  readonly reject: (error: Error) => void;
  /** Resolves once the thread is done with it, whatever came of it. */
  readonly settled: Promise<void>;
  readonly settle: () => void;
}

/**
 * A model in a thread of its own, because an inference blocks the event loop of the thread that runs it. Takes one job at a time,
 * urgent ones before others, batches last; a thread that dies fails its job with a retryable error and is started again by the next one.
 */
export class ThreadedEngine {
  readonly #options: ThreadOptions;
  readonly #queue: Job[] = [];
  #worker: Worker | undefined;
  #active: Job | undefined;
  #idleTimer: NodeJS.Timeout | undefined;
  /** Calls of `unload` under way. */
  #unloading = 0;
  #nextId = 1;

  constructor(options: ThreadOptions) {
    this.#options = options;
  }

  get loaded(): boolean {
    return this.#worker !== undefined;
  }

  /** Runs one method in the thread; buffers in `transfer` move there. */
  async call<Output>(method: string, input: unknown, options: RunOptions = {}, transfer: ArrayBuffer[] = []): Promise<Output> {
    const { signal, priority = 'caller' } = options;
    if (signal?.aborted) throw cancelled(signal);
    if (this.#queue.length >= maxQueued) {
      throw new VoicebotError('limit-reached', `${this.#options.name} already has ${maxQueued} requests waiting.`, {
        retryable: true,
        hint: 'Start more workers for this queue.',
      });
    }
    const { gate } = this.#options;
    const run = () => this.#enqueue<Output>(method, input, priority, signal, transfer);
    if (priority === 'batch' || priority === 'background') {
      await (priority === 'batch' ? gate.batchMayStart(signal) : gate.backgroundMayStart(signal));
      return run();
    }
    gate.started(priority);
    try {
      return await run();
    } finally {
      gate.finished(priority);
    }
  }

  /** Ends the thread, which frees the model's memory; work under way is finished first. */
  async unload(): Promise<void> {
    clearTimeout(this.#idleTimer);
    this.#unloading++;
    while (this.#active) await this.#active.settled;
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
    this.#unloading--;
    // What may wait would keep it for hours; it loads the model again.
    if (this.#queue.length > 0) this.#dispatch();
  }

  #enqueue<Output>(
    method: string,
    input: unknown,
    priority: Priority,
    signal: AbortSignal | undefined,
    transfer: ArrayBuffer[],
  ): Promise<Output> {
    return new Promise<Output>((resolve, reject) => {
      const cancelFlag = new SharedArrayBuffer(4);
      const request: ThreadRequest = { id: this.#nextId++, method, input, cancelFlag };
      const onAbort = () => {
        Atomics.store(new Int32Array(cancelFlag), 0, 1);
        const waiting = this.#queue.indexOf(job);
        if (waiting >= 0) this.#queue.splice(waiting, 1);
        job.reject(cancelled(signal as AbortSignal));
      };
      const forget = () => signal?.removeEventListener('abort', onAbort);
      let settle = () => {};
      const settled = new Promise<void>((done) => {
        settle = done;
      });
      const job: Job = {
        request,
        transfer,
        priority,
        settled,
        settle,
        resolve: (output) => {
          forget();
          resolve(output);
        },
        reject: (error) => {
          forget();
          reject(error);
        },
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      const before = this.#queue.findIndex((other) => rank[other.priority] > rank[priority]);
      if (before >= 0) this.#queue.splice(before, 0, job);
      else this.#queue.push(job);
      this.#dispatch();
    });
  }

  #dispatch(): void {
    if (this.#active) return;
    clearTimeout(this.#idleTimer);
    if (this.#unloading > 0 && this.#queue[0]?.priority === 'background') return;
    const job = this.#queue.shift();
    if (!job) return this.#startIdleTimer();
    this.#active = job;
    this.#worker ??= this.#start();
    this.#worker.ref();
    this.#worker.postMessage(job.request, job.transfer);
  }

  /** The thread is free again; an idle one does not keep the process alive. */
  #finish(job: Job): void {
    this.#active = undefined;
    job.settle();
    this.#worker?.unref();
    this.#dispatch();
  }

  #start(): Worker {
    const { entry, options, name, light = false } = this.#options;
    const workerData = { entry: entry.href, options, niceness: light ? 0 : heavyNiceness };
    const worker = new Worker(bootstrap, { workerData, name, execArgv: [] });
    worker.on('message', (reply: ThreadReply) => {
      const job = this.#active;
      if (job?.request.id !== reply.id) return;
      if (reply.ok) job.resolve(reply.output as never);
      else job.reject(errorOf(reply.error));
      this.#finish(job);
    });
    const died = (reason: string, cause?: unknown) => {
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      const job = this.#active;
      if (!job) return;
      job.reject(new VoicebotError('engine-failed', `The ${name} thread ${reason}.`, { retryable: true, cause }));
      this.#finish(job);
    };
    worker.once('error', (error) => died(`failed: ${error.message}`, error));
    worker.once('exit', (code) => died(`ended with code ${code}`));
    return worker;
  }

  #startIdleTimer(): void {
    if (this.#options.idleMs <= 0 || !this.#worker) return;
    this.#idleTimer = setTimeout(() => void this.unload(), this.#options.idleMs).unref();
  }
}

function errorOf(failure: ThreadFailure): VoicebotError {
  const { code, message, retryable, hint } = failure;
  return new VoicebotError(code, message, hint === undefined ? { retryable } : { retryable, hint });
}
