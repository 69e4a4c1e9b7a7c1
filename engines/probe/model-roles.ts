import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  isGoodTalk,
  type ModelRole,
  passes,
  probeTools,
  probeVersion,
  readCases,
  readIntents,
  talkCases,
  toolCases,
} from '../../domain/model-probe.ts';
import { promptFor } from '../../domain/persona.ts';
import { readingOf, readingPrompt, readingSchema } from '../../domain/second-reading.ts';
import type { LanguageModel, ReplyOptions } from '../types.ts';

export interface ProbedRole {
  readonly good: number;
  readonly of: number;
  readonly passed: boolean;
  /** Questions that were not answered acceptably, with what was said. */
  readonly failed: readonly { readonly asked: string; readonly answer: string }[];
}

export interface ProbeResult {
  readonly model: string;
  readonly adapter: string | undefined;
  readonly version: number;
  readonly probedAt: string;
  readonly roles: Readonly<Record<ModelRole, ProbedRole>>;
}

export interface ModelRolesOptions {
  readonly model: LanguageModel;
  /** Names the model and its weights: other weights, another name. */
  readonly identity: string;
  readonly bankName: string;
  /** Where results are kept. */
  readonly folder: string;
  /** What the model may do, whatever a probe says; the probe decides when unset. */
  readonly fixed?: readonly ModelRole[] | undefined;
}

type Options = Pick<ReplyOptions, 'signal' | 'priority' | 'adapter'>;
interface Judged {
  readonly asked: string;
  readonly answer: string;
  readonly good: boolean;
}

/** What a model may do in calls: nothing, until a probe has shown what it can. The result is kept for each model and adapter. */
export class ModelRoles {
  readonly #options: ModelRolesOptions;
  readonly #results = new Map<string, ProbeResult>();
  readonly #probing = new Map<string, Promise<ProbeResult>>();

  constructor(options: ModelRolesOptions) {
    this.#options = options;
  }

  /** Whether it may, as far as is known now. An adapter that was not probed yet counts as the model without it. */
  may(role: ModelRole, adapter = ''): boolean {
    const { fixed } = this.#options;
    if (fixed) return fixed.includes(role);
    return (this.#results.get(adapter) ?? this.#results.get(''))?.roles[role].passed ?? false;
  }

  /** What is known of a model, from this run or an earlier one. */
  async known(adapter = ''): Promise<ProbeResult | undefined> {
    const found = this.#results.get(adapter) ?? (await this.#kept(adapter));
    if (found) this.#results.set(adapter, found);
    return found;
  }

  /** Finds out what is not known yet; where a setting says it, there is nothing to find out. */
  async learn(options: Options = {}): Promise<void> {
    if (!this.#options.fixed) await this.probe(options);
  }

  /** Asks the questions, unless they were asked before. @param options `again`: even so. */
  async probe({ again = false, ...options }: Options & { readonly again?: boolean } = {}): Promise<ProbeResult> {
    const { adapter = '' } = options;
    const known = again ? undefined : await this.known(adapter);
    if (known) return known;
    const probing = this.#probing.get(adapter) ?? this.#ask(options).finally(() => this.#probing.delete(adapter));
    this.#probing.set(adapter, probing);
    const result = await probing;
    this.#results.set(adapter, result);
    return result;
  }

  async #ask(options: Options): Promise<ProbeResult> {
    const { identity } = this.#options;
    const roles = {
      talk: judged(await this.#talk(options)),
      read: judged(await this.#read(options)),
      tools: judged(await this.#tools(options)),
    };
    const probedAt = new Date().toISOString();
    const result: ProbeResult = { model: identity, adapter: options.adapter, version: probeVersion, probedAt, roles };
    await this.#keep(result);
    return result;
  }

  async #talk(options: Options): Promise<Judged[]> {
    const { model, bankName } = this.#options;
    const all: Judged[] = [];
    for (const one of talkCases) {
      let answer = '';
      const prompt = promptFor(bankName, [], one.says, 0);
      for await (const piece of model.reply(prompt, { ...options, maxTokens: 80, temperature: 0 })) answer += piece;
      all.push({ asked: one.says, answer, good: isGoodTalk(one, answer) });
    }
    return all;
  }

  async #read(options: Options): Promise<Judged[]> {
    const { model } = this.#options;
    if (!model.read) return [];
    const names = Object.keys(readIntents).filter((name) => name !== 'other');
    const all: Judged[] = [];
    for (const { says, intent, restrictions } of readCases) {
      const { other: _, ...offered } = readIntents;
      const answer = await model.read(readingPrompt(says, offered), readingSchema(names), options);
      const reading = readingOf(answer, says, names);
      const named = reading?.restrictions.join(' ').toLowerCase() ?? '';
      const good = (reading?.intent ?? 'other') === intent && restrictions.every((word) => named.includes(word));
      all.push({ asked: says, answer: JSON.stringify(answer) ?? '', good: reading !== undefined && good });
    }
    return all;
  }

  async #tools(options: Options): Promise<Judged[]> {
    const { model } = this.#options;
    if (!model.chooseTool) return [];
    const all: Judged[] = [];
    for (const { says, tool } of toolCases) {
      const messages = [
        {
          role: 'system',
          content: 'A caller speaks to a bank on the telephone. Call the one tool that fits. Call none if none fits.',
        },
        { role: 'user', content: says },
      ] as const;
      const chosen = await model.chooseTool(messages, probeTools, options);
      all.push({ asked: says, answer: chosen ?? 'none', good: chosen === tool });
    }
    return all;
  }

  #fileOf(adapter: string): string {
    const { identity, folder } = this.#options;
    const key = createHash('sha256')
      .update(JSON.stringify([probeVersion, identity, adapter]))
      .digest('hex')
      .slice(0, 24);
    return join(folder, `${key}.json`);
  }

  async #kept(adapter: string): Promise<ProbeResult | undefined> {
    const text = await readFile(this.#fileOf(adapter), 'utf8').catch(() => undefined);
    try {
      return text === undefined ? undefined : (JSON.parse(text) as ProbeResult);
    } catch {
      // Damaged: it is asked again.
      return undefined;
    }
  }

  async #keep(result: ProbeResult): Promise<void> {
    const file = this.#fileOf(result.adapter ?? '');
    await mkdir(this.#options.folder, { recursive: true });
    await writeFile(`${file}.${process.pid}`, JSON.stringify(result, null, 2));
    await rename(`${file}.${process.pid}`, file);
  }
}

function judged(all: readonly Judged[]): ProbedRole {
  const good = all.filter((one) => one.good).length;
  const failed = all.filter((one) => !one.good).map(({ asked, answer }) => ({ asked, answer }));
  return { good, of: all.length, passed: all.length > 0 && passes(good, all.length), failed };
}
