import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';
import type { Command } from 'commander';
import { execa } from 'execa';
import { VoicebotError } from '../../domain/errors.ts';
import { ApiClient, apiUrl, jsonRequest, tenantOf } from '../api-client.ts';
import { print } from '../output.ts';
import { table } from '../terminal/table.ts';

interface Common {
  readonly url?: string;
  readonly json?: boolean;
  readonly tenant?: string;
}

interface Version {
  readonly version: number;
  readonly state: string;
  readonly engine: string;
  readonly voice: string;
  readonly text: string;
  readonly durationMs: number;
  readonly findings: readonly string[];
  readonly heard: string | null;
  readonly decidedBy: string | null;
}

interface Message {
  readonly key: string;
  readonly language: string;
  readonly tags: readonly string[];
  readonly playedVersion: number | null;
  readonly latest: Version;
}

interface PlayOptions {
  readonly version?: string;
  readonly output?: string;
  readonly rendition: string;
  readonly value?: readonly string[];
}

/** @throws VoicebotError `invalid-request` for one that is no NAME=VALUE. */
const valuesOf = (given: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    given.map((one) => {
      const at = one.indexOf('=');
      if (at < 1) throw new VoicebotError('invalid-request', `'${one}' gives a slot no value.`, { hint: 'Write NAME=VALUE.' });
      return [one.slice(0, at), one.slice(at + 1)];
    }),
  );

/** Programs that play a WAV file, by what machines have. */
const players: readonly (readonly [string, ...string[]])[] = [
  ['afplay'],
  ['paplay'],
  ['aplay', '-q'],
  ['ffplay', '-nodisp', '-autoexit', '-loglevel', 'error'],
  ['play', '-q'],
];

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

export function addMessageCommands(program: Command): void {
  const messages = program.command('messages');
  const command = (name: string, description: string) =>
    messages
      .command(name)
      .description(description)
      .option('--url <url>', 'address of the API')
      .option('--tenant <tenant>', 'whose messages; that of the key, or default, when unset')
      .option('--json', 'print JSON');
  const clientOf = (options: Common) => new ApiClient(apiUrl(options.url));
  const path = (key: string, options: Common, rest = '') => `/messages/${encodeURIComponent(key)}${rest}?${tenantOf(options)}`;

  command('list', 'List messages, each with its newest version.')
    .option('--state <state>', 'of the newest version: draft, review, approved or rejected')
    .option('--tag <tag>', 'with this tag')
    .action(async (options: Common & { state?: string; tag?: string }) => {
      const all = await allMessages(clientOf(options), options);
      print({ messages: all }, options.json, () =>
        table(
          ['KEY', 'PLAYED', 'NEWEST', 'STATE', 'VOICE', 'LENGTH', 'ODD', 'TEXT'],
          all.map(({ key, playedVersion, latest }) => [
            ...[key, playedVersion === null ? 'none' : String(playedVersion), String(latest.version), latest.state],
            ...[
              `${latest.engine} ${latest.voice}`,
              seconds(latest.durationMs),
              latest.findings.join(' '),
              latest.text.slice(0, 60),
            ],
          ]),
        ),
      );
    });

  command('show', 'Show a message with all its versions.')
    .argument('<key>', 'the message')
    .action(async (key: string, options: Common) => {
      const result = await clientOf(options).json<{ versions: Version[] }>(path(key, options));
      print(result, options.json, () =>
        table(
          ['VERSION', 'STATE', 'BY', 'VOICE', 'LENGTH', 'ODD', 'TEXT', 'HEARD'],
          result.versions.map((one) => [
            ...[String(one.version), one.state, one.decidedBy ?? '', `${one.engine} ${one.voice}`, seconds(one.durationMs)],
            ...[one.findings.join(' '), one.text, one.heard ?? 'unknown'],
          ]),
        ),
      );
    });

  command('play', 'Play a message, or write it to a file.')
    .argument('<key>', 'the message')
    .option('--version <n>', 'the one that calls play when unset')
    .option('--output <file>', 'write it here instead')
    .option('--rendition <form>', 'of the file: wav, opus or ulaw', 'wav')
    .option('--value <name=value...>', 'what a slot of the message holds')
    .action(async (key: string, options: Common & PlayOptions) => {
      const { version, output, rendition, value } = options;
      const query = `&rendition=${encodeURIComponent(output ? rendition : 'wav')}${version ? `&version=${encodeURIComponent(version)}` : ''}`;
      const client = clientOf(options);
      const sound =
        value === undefined
          ? await client.bytes(path(key, options, '/audio') + query)
          : await client.bytes(
              path(key, options, '/speech'),
              jsonRequest('POST', { version: version && Number(version), values: valuesOf(value) }),
            );
      const file = output ?? join(tmpdir(), `voicebot-message-${process.pid}.wav`);
      await writeFile(file, sound);
      if (output === undefined) await play(file).finally(() => rm(file, { force: true }));
      print({ key, output: file, bytes: sound.length }, options.json, () =>
        output ? `${file}: ${sound.length} bytes` : `${key} was played`,
      );
    });

  for (const [wish, description] of [
    ['approve', 'Let calls play a version of a message.'],
    ['reject', 'Keep calls from playing a version of a message.'],
  ] as const) {
    command(wish, description)
      .argument('<keys...>', 'the messages')
      .requiredOption('--by <name>', 'who decides')
      .option('--version <n>', 'the newest when unset')
      .action(async (keys: string[], options: Common & { by: string; version?: string }) => {
        const client = clientOf(options);
        const decided: (Version & { key: string })[] = [];
        for (const key of keys) {
          const version = options.version ?? (await newestOf(client, path(key, options)));
          const address = path(key, options, `/versions/${encodeURIComponent(version)}/${wish}`);
          decided.push({ key, ...(await client.json<Version>(address, jsonRequest('POST', { by: options.by }))) });
        }
        print({ messages: decided }, options.json, () =>
          decided.map(({ key, version, state }) => `${key}: version ${version} is ${state}`).join('\n'),
        );
      });
  }

  command('import', 'Make recordings of people messages: KEY.wav, with its words in KEY.txt where somebody wrote them.')
    .argument('<folder>', 'of WAV files; folders in it become part of the key')
    .option('--voice <name>', 'who speaks', 'person')
    .option('--language <code>', 'ISO 639-1', 'en')
    .option('--tags <tags>', 'separated by commas')
    .option('--approved-by <name>', 'approve, in this name, what the checks find nothing odd about')
    .action(async (folder: string, options: Common & { voice: string; language: string; tags?: string; approvedBy?: string }) => {
      const client = clientOf(options);
      const imported: { key: string; version: number; added: boolean }[] = [];
      const files = (await recordingsIn(folder)).sort();
      if (files.length === 0) throw new VoicebotError('invalid-request', `There are no WAV files in ${folder}.`);
      for (const file of files) {
        const key = relative(folder, file)
          .split(sep)
          .join('/')
          .replace(/\.wav$/i, '');
        const { voice, language, tags, approvedBy } = options;
        const text = (await readFile(file.replace(/\.wav$/i, '.txt'), 'utf8').catch(() => '')).trim();
        const query = new URLSearchParams({ voice, language });
        for (const [name, value] of Object.entries({ tags, approvedBy, text })) if (value) query.set(name, value);
        const body = await readFile(file);
        const headers = { 'Content-Type': 'audio/wav' };
        imported.push(
          await client.json(`${path(key, options)}&${query}`, { method: 'PUT', headers, body: new Uint8Array(body) }),
        );
      }
      print({ messages: imported }, options.json, () =>
        imported.map(({ key, version, added }) => `${key}: version ${version}${added ? '' : ', as before'}`).join('\n'),
      );
    });

  command('export', 'Write the messages that calls play to a folder, with a manifest.')
    .argument('<folder>', 'where to')
    .option('--rendition <form>', 'wav, opus or ulaw', 'wav')
    .option('--tag <tag>', 'with this tag')
    .action(async (folder: string, options: Common & { rendition: string; tag?: string }) => {
      const client = clientOf(options);
      const played = (await allMessages(client, options)).filter(({ playedVersion }) => playedVersion !== null);
      const extension = options.rendition === 'ulaw' ? 'ulaw.wav' : options.rendition;
      for (const { key } of played) {
        const file = join(folder, `${key}.${extension}`);
        await mkdir(dirname(file), { recursive: true });
        await writeFile(
          file,
          await client.bytes(`${path(key, options, '/audio')}&rendition=${encodeURIComponent(options.rendition)}`),
        );
      }
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, 'manifest.json'), `${JSON.stringify(played, null, 2)}\n`);
      print({ folder, messages: played.length }, options.json, () => `${folder}: ${played.length} messages`);
    });
}

async function newestOf(client: ApiClient, address: string): Promise<string> {
  const { versions } = await client.json<{ versions: Version[] }>(address);
  return String(versions[0]?.version ?? 1);
}

async function allMessages(client: ApiClient, options: Common & { state?: string; tag?: string }): Promise<Message[]> {
  const { state, tag } = options;
  const all: Message[] = [];
  for (let after: string | null = ''; after !== null; ) {
    const query = new URLSearchParams({ after, limit: '1000' });
    if (state) query.set('state', state);
    if (tag) query.set('tag', tag);
    const page: { messages: Message[]; next: string | null } = await client.json(`/messages?${tenantOf(options)}&${query}`);
    all.push(...page.messages);
    after = page.next;
  }
  return all;
}

async function recordingsIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((cause) => {
    throw new VoicebotError('invalid-request', `The folder ${folder} cannot be read.`, { cause });
  });
  return entries
    .filter((entry) => entry.isFile() && /\.wav$/i.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

async function play(file: string): Promise<void> {
  for (const [program, ...args] of players) {
    const { failed, code } = await execa(program, [...args, file], { reject: false });
    if (!failed) return;
    if (code !== 'ENOENT')
      throw new VoicebotError('unsupported', `${program} could not play the message.`, {
        hint: 'Write it to a file with --output.',
      });
  }
  throw new VoicebotError('unsupported', 'No program that plays sound was found.', { hint: 'Write it to a file with --output.' });
}
