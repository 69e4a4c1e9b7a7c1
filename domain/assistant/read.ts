import type { Trust } from '../dialog/state.ts';
import type { Restrictions } from '../understanding/taught-sentences.ts';
import { Assistant, type Wording } from './assistant.ts';
import { type Behaviour, behaviourNames, traitsOf } from './behaviours.ts';
import { placeholdersOf } from './fill.ts';
import type { AssistantIntent, IntentOperation } from './intent.ts';
import { assistantSchema, type IntentFile, intentSchema, restrictionsSchema, spokenText } from './intent-file.ts';
import { type DescribedOperation, operationsIn } from './operations.ts';
import { type WordingKey, wordingKeys } from './wording-keys.ts';
import { type Problem, YamlFile } from './yaml-file.ts';

/** Texts of an assistant's files by their paths, relative to its folder, with `/` between parts. */
export type AssistantFiles = Readonly<Record<string, string>>;

/** Characters that one file, and all of them, may have. */
export const maxFileCharacters = 500_000;
export const maxTotalCharacters = 2_000_000;
const maxIntents = 200;

/** Languages whose numbers, dates and restrictions the bot reads. */
const languages: readonly string[] = ['en'];
const bankFile = 'bank.openapi.yaml';
const restrictionsFile = 'restrictions.yaml';
const trusts: readonly Trust[] = ['none', 'verified', 'stepped-up'];

export interface ReadAssistant {
  /** Unset where there is a problem. */
  readonly assistant?: Assistant;
  readonly problems: readonly Problem[];
}

/** Names of the files that say what an assistant is; conversations beside them test it, and change nothing of it. */
export const definitionPattern =
  /^(?:assistant\.yaml|wording\.yaml|restrictions\.yaml|bank\.openapi\.yaml|intents\/[^/]+\.yaml)$/;
export const isDefinition = (file: string): boolean => definitionPattern.test(file);

/**
 * Reads an assistant, and names everything that is wrong with it.
 * @param version hash of the files.
 * @param base whose wording is taken where the files have none: what a release adds needs no change of the files.
 */
export function readAssistant(files: AssistantFiles, version: string, base?: Assistant): ReadAssistant {
  const tooLarge = sizeProblems(files);
  if (tooLarge.length > 0) return { problems: tooLarge };
  const reader = new Reader(files, base);
  const parts = reader.read();
  if (reader.problems.length > 0 || !parts) return { problems: reader.problems };
  return { assistant: new Assistant({ ...parts, version }), problems: [] };
}

function sizeProblems(files: AssistantFiles): Problem[] {
  const problems = Object.entries(files)
    .filter(([, text]) => text.length > maxFileCharacters)
    .map(([file, text]) => ({ file, message: `it has ${text.length} characters, and may have ${maxFileCharacters}` }));
  const total = Object.values(files).reduce((sum, text) => sum + text.length, 0);
  if (total <= maxTotalCharacters) return problems;
  return [...problems, { file: '.', message: `all files have ${total} characters, and may have ${maxTotalCharacters}` }];
}

interface ReadIntent {
  readonly source: YamlFile;
  readonly name: string;
  readonly file: IntentFile & { readonly does: Behaviour };
}

class Reader {
  readonly problems: Problem[] = [];
  readonly #files: AssistantFiles;
  readonly #base: Assistant | undefined;

  constructor(files: AssistantFiles, base: Assistant | undefined) {
    this.#files = files;
    this.#base = base;
  }

  read() {
    const about = this.#about();
    const wording = this.#wording();
    const operations = this.#operations();
    const read = this.#intents();
    this.#checkPhrases(read);
    this.#checkFlow(read);
    this.#checkNeeded(read);
    const intents = read.map((one) => this.#intentOf(one, operations));
    const restrictions = this.#restrictions();
    return about && wording ? { ...about, wording, intents, restrictions } : undefined;
  }

  #open(file: string): YamlFile | undefined {
    const text = this.#files[file];
    if (text === undefined) {
      this.problems.push({ file, message: 'it is missing' });
      return undefined;
    }
    const source = new YamlFile(file, text);
    this.problems.push(...source.problems);
    return source.problems.length > 0 ? undefined : source;
  }

  #about() {
    const source = this.#open('assistant.yaml');
    const parsed = source && assistantSchema.safeParse(source.value);
    if (!source || !parsed) return undefined;
    if (!parsed.success) {
      this.problems.push(...parsed.error.issues.map((issue) => source.problemOf(issue)));
      return undefined;
    }
    const { name, language } = parsed.data;
    if (languages.includes(language)) return { name, language };
    const known = languages.join(', ');
    this.problems.push(source.problem(['language'], `numbers and dates are not read in '${language}'; only in: ${known}`));
    return undefined;
  }

  #wording(): Wording | undefined {
    const source = this.#open('wording.yaml');
    if (!source) return undefined;
    const given = asRecord(source.value);
    const wording: Partial<Record<WordingKey, readonly string[]>> = {};
    for (const key of Object.keys(given)) {
      if (!(key in wordingKeys)) this.problems.push(source.problem([key], `nothing is said by the name '${key}'`));
    }
    for (const [key, values] of Object.entries<readonly string[]>(wordingKeys) as [WordingKey, readonly string[]][]) {
      const value = given[key];
      const texts = value === undefined ? this.#base?.wordingOf(key) : Array.isArray(value) ? value : [value];
      if (!texts || texts.length === 0) {
        this.problems.push({ file: source.file, message: `'${key}' is missing` });
        continue;
      }
      for (const [i, text] of texts.entries()) {
        const path = Array.isArray(value) ? [key, i] : [key];
        const parsed = spokenText.safeParse(text);
        if (!parsed.success) this.problems.push(source.problem(path, `'${key}': ${parsed.error.issues[0]?.message}`));
        else this.#checkFilled(source, path, parsed.data, values);
      }
      wording[key] = texts.map(String);
    }
    return wording as Wording;
  }

  /** @param values that are filled in there. */
  #checkFilled(source: YamlFile, path: readonly PropertyKey[], text: string, values: readonly string[]): void {
    for (const name of placeholdersOf(text)) {
      if (values.includes(name)) continue;
      const known = values.length === 0 ? 'nothing is filled in there' : `only: ${values.join(', ')}`;
      this.problems.push(source.problem(path, `nothing fills {${name}}; ${known}`));
    }
  }

  #operations(): readonly DescribedOperation[] {
    if (this.#files[bankFile] === undefined) return [];
    const source = this.#open(bankFile);
    return source ? operationsIn(source.value) : [];
  }

  #restrictions(): Restrictions | undefined {
    if (this.#files[restrictionsFile] === undefined) return this.#base?.restrictions;
    const source = this.#open(restrictionsFile);
    const parsed = source && restrictionsSchema.safeParse(source.value);
    if (!source || !parsed) return undefined;
    if (!parsed.success) {
      this.problems.push(...parsed.error.issues.map((issue) => source.problemOf(issue)));
      return undefined;
    }
    const { names, templates } = parsed.data;
    for (const [i, template] of templates.entries()) {
      this.#checkFilled(source, ['templates', i], template, Object.keys(names));
    }
    return { names, templates };
  }

  #intents(): ReadIntent[] {
    const files = Object.keys(this.#files)
      .filter((file) => /^intents\/[^/]+\.yaml$/.test(file))
      .sort();
    if (files.length === 0) this.problems.push({ file: 'intents', message: 'there is no intent' });
    if (files.length > maxIntents) {
      this.problems.push({ file: 'intents', message: `there are ${files.length} intents; ${maxIntents} are allowed` });
    }
    return files.flatMap((file) => {
      const source = this.#open(file);
      if (!source) return [];
      const name = file.slice('intents/'.length, -'.yaml'.length);
      if (!/^[a-z][a-z0-9-]{0,47}$/.test(name)) {
        this.problems.push({ file, message: 'the name of an intent has small letters, digits and dashes' });
      }
      const parsed = intentSchema.safeParse(source.value);
      if (parsed.success) return [{ source, name, file: parsed.data as ReadIntent['file'] }];
      this.problems.push(...parsed.error.issues.map((issue) => source.problemOf(issue)));
      return [];
    });
  }

  /** The same words cannot stand for two wishes. */
  #checkPhrases(read: readonly ReadIntent[]): void {
    const first = new Map<string, string>();
    for (const { source, name, file } of read) {
      for (const [i, phrase] of file.phrases.entries()) {
        const key = phrase
          .toLowerCase()
          .replace(/[^\p{L}\p{N}]+/gu, ' ')
          .trim();
        const other = first.get(key);
        if (other === undefined) first.set(key, name);
        else {
          const whose = other === name ? 'stands here twice' : `belongs to '${other}' too`;
          this.problems.push(source.problem(['phrases', i], `the phrase "${phrase}" ${whose}`));
        }
      }
    }
  }

  /** What is offered once something is done must exist, and come to an end. */
  #checkFlow(read: readonly ReadIntent[]): void {
    const next = new Map(read.map(({ name, file }) => [name, file.afterwards]));
    for (const { source, name, file } of read) {
      if (file.afterwards === undefined) continue;
      if (!next.has(file.afterwards)) {
        this.problems.push(source.problem(['afterwards'], `there is no intent '${file.afterwards}'`));
        continue;
      }
      const path = [name];
      for (let at = next.get(name); at !== undefined && !path.includes(at); at = next.get(at)) path.push(at);
      const last = next.get(path.at(-1) ?? '');
      if (last !== undefined)
        this.problems.push(source.problem(['afterwards'], `it goes round in a circle: ${[...path, last].join(' → ')}`));
    }
  }

  #checkNeeded(read: readonly ReadIntent[]): void {
    for (const does of behaviourNames.filter((name) => traitsOf(name).needed)) {
      if (!read.some(({ file }) => file.does === does)) {
        this.problems.push({ file: 'intents', message: `no intent has \`does: ${does}\`` });
      }
    }
  }

  #intentOf({ source, name, file }: ReadIntent, operations: readonly DescribedOperation[]): AssistantIntent {
    const { does, says, urgent, phrases, afterwards, reply, trust } = file;
    const { kind, trust: least } = traitsOf(does);
    if (trust !== undefined && trusts.indexOf(trust) < trusts.indexOf(least)) {
      this.problems.push(source.problem(['trust'], `\`${does}\` needs \`trust: ${least}\` at the least`));
    }
    if (does === 'say' && reply === undefined) this.problems.push(source.problem(['does'], '`does: say` needs a `reply`'));
    if (reply !== undefined && does !== 'say' && does !== 'chat') {
      this.problems.push(source.problem(['reply'], 'only what `does: say` or `does: chat` has a `reply`'));
    }
    for (const [i, text] of (reply ?? []).entries()) this.#checkFilled(source, ['reply', i], text, []);
    const operation = this.#operationOf(source, file, operations);
    return {
      ...{ name, does, kind, says, urgent, phrases, trust: trust ?? least },
      ...(afterwards === undefined ? {} : { afterwards }),
      ...(reply === undefined ? {} : { reply }),
      ...(operation ? { operation } : {}),
    };
  }

  #operationOf(source: YamlFile, file: ReadIntent['file'], known: readonly DescribedOperation[]): IntentOperation | undefined {
    const { does, operation: name, values, confirm, done } = file;
    const problem = (path: readonly PropertyKey[], message: string) => this.problems.push(source.problem(path, message));
    if (does !== 'ask' && does !== 'order') {
      for (const field of ['operation', 'confirm', 'done'] as const) {
        if (file[field] !== undefined) problem([field], `only what \`does: ask\` or \`does: order\` has \`${field}\``);
      }
      return undefined;
    }
    if (name === undefined) problem(['operation'], `\`does: ${does}\` needs an \`operation\` of the bank`);
    if (done === undefined) problem(['done'], `\`does: ${does}\` needs \`done\`: what is said about the bank's answer`);
    if (does === 'order' && confirm === undefined)
      problem(['confirm'], 'an order needs `confirm`: what is asked before it is done');
    if (does === 'ask' && confirm !== undefined) problem(['confirm'], 'what only asks the bank is not confirmed');
    const call = known.find((one) => one.name === name);
    if (name !== undefined && !call) {
      const named = known.map((one) => one.name).join(', ') || 'none';
      problem(['operation'], `${bankFile} describes no operation '${name}'; it has: ${named}`);
    }
    if (call && call.method !== (does === 'ask' ? 'get' : 'post')) {
      problem(['operation'], `'${call.name}' is a ${call.method}; \`does: ${does}\` needs a ${does === 'ask' ? 'get' : 'post'}`);
    }
    const read = Object.entries(values).map(([value, { options, fallback, ...rest }]) => {
      this.#checkFilled(source, ['values', value, 'ask'], rest.ask, []);
      if (call && !call.takes.includes(value)) {
        problem(
          ['values', value],
          `the bank's '${call.name}' takes no '${value}'; it takes: ${call.takes.join(', ') || 'nothing'}`,
        );
      }
      if (fallback !== undefined && options && !(fallback in options)) {
        problem(['values', value, 'fallback'], `'${fallback}' is none of its options`);
      }
      return { name: value, ...rest, ...(options ? { options } : {}), ...(fallback === undefined ? {} : { fallback }) };
    });
    const names = Object.keys(values);
    if (confirm !== undefined) this.#checkFilled(source, ['confirm'], confirm, names);
    if (done !== undefined && call) this.#checkFilled(source, ['done'], done, [...names, ...call.answers]);
    if (!call || done === undefined) return undefined;
    const { name: operation, method, path } = call;
    return { call: { name: operation, method, path }, values: read, done, ...(confirm === undefined ? {} : { confirm }) };
  }
}

const asRecord = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
