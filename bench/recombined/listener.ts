import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Assistants } from '../../activities/assistants.ts';
import { Understanding } from '../../activities/understanding.ts';
import { shippedAssistant } from '../../config/assistant-folder.ts';
import { type OpenDatabase, openDatabase } from '../../db/open.ts';
import type { Assistant } from '../../domain/assistant/assistant.ts';
import type { DialogState } from '../../domain/dialog/state.ts';
import { bankClock } from '../../domain/language/dates.ts';
import { Minilm } from '../../engines/minilm/minilm.ts';
import { ThreadedRouterTrainer } from '../../engines/router/router-trainer.ts';
import { testRuntime } from '../../tests/support/runtime.ts';
import type { Frame } from './grammar.ts';
import { type Judged, judge } from './judge.ts';

/** A caller who is known in every respect, so that a request goes to the bank at once. */
const known: DialogState = { trust: 'stepped-up', customerId: 'nobody', failedTries: 0, locked: false };

/** Understands sentences as a worker does: the same router, readers and decisions, without a bank behind them. */
export class Listener {
  readonly #understanding: Understanding;
  readonly #assistant: Assistant;
  readonly #closing: () => Promise<void>;

  private constructor(understanding: Understanding, assistant: Assistant, closing: () => Promise<void>) {
    this.#understanding = understanding;
    this.#assistant = assistant;
    this.#closing = closing;
  }

  static async open(): Promise<Listener> {
    const folder = await mkdtemp(join(tmpdir(), 'voicebot-recombined-'));
    const database: OpenDatabase = await openDatabase({ dataDir: folder });
    const source = await shippedAssistant();
    const embedder = new Minilm(testRuntime());
    const understanding = new Understanding({
      db: database.acrossTenants,
      assistants: new Assistants(database.acrossTenants, source),
      embedder,
      routerTrainer: new ThreadedRouterTrainer(testRuntime()),
      modelName: 'none',
      clock: bankClock('UTC'),
      minSimilarity: 0.7,
    });
    await understanding.load();
    await understanding.refine(new AbortController().signal);
    return new Listener(understanding, source.assistant, async () => {
      await embedder.unload();
      await database.close();
      await rm(folder, { recursive: true, force: true });
    });
  }

  async judge(text: string, frame: Frame): Promise<Judged & { readonly ms: number }> {
    const started = performance.now();
    const { dialog, next } = await this.#understanding.understand(
      {
        ...{ sessionId: 'one', transcript: text, language: 'en', dialog: known, tenant: 'default', persona: 'default' },
        ...{ canTransfer: true, mayEnd: true },
      },
      new AbortController().signal,
    );
    return { ...judge(this.#assistant, frame, dialog, next), ms: performance.now() - started };
  }

  close(): Promise<void> {
    return this.#closing();
  }
}
