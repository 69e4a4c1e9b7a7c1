import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { artifactById } from '../../artifacts/manifest.ts';
import { ArtifactStore } from '../../artifacts/store.ts';
import { loadConfig, modelCacheDir } from '../../config/load.ts';
import { VoicebotError } from '../../domain/errors.ts';
import { ApiClient, apiUrl, jsonRequest, tenantOf } from '../api-client.ts';
import { print } from '../output.ts';
import { table } from '../terminal/table.ts';

interface Common {
  readonly url?: string;
  readonly json?: boolean;
}

interface Adapter {
  readonly name: string;
  readonly baseModel: string;
  readonly sha256: string;
  readonly metrics: { readonly heldOutLoss?: number; readonly baseLoss?: number };
  readonly state: string;
  readonly activeFor: readonly string[];
  readonly createdAt: string;
}

export function addAdapterCommands(program: Command): void {
  const adapters = program.command('adapter-control');
  const command = (name: string, description: string) =>
    adapters.command(name).description(description).option('--url <url>', 'address of the API').option('--json', 'print JSON');
  const path = (name: string, rest = '') => `/adapters/${encodeURIComponent(name)}${rest}`;

  command('list', 'List adapters with what was measured of them.').action(async (options: Common) => {
    const result = await new ApiClient(apiUrl(options.url)).json<{ adapters: Adapter[] }>('/adapters');
    const loss = (value: number | undefined) => value?.toFixed(3) ?? 'unknown';
    print(result, options.json, () =>
      table(
        ['ADAPTER', 'MODEL', 'HELD-OUT LOSS', 'WITHOUT', 'ACTIVE FOR', 'CREATED'],
        result.adapters.map((a) => [
          a.name,
          a.baseModel,
          loss(a.metrics.heldOutLoss),
          loss(a.metrics.baseLoss),
          a.activeFor.join(', '),
          a.createdAt,
        ]),
      ),
    );
  });

  for (const wish of ['load', 'unload'] as const) {
    command(wish, wish === 'load' ? 'Make an adapter ready on a worker.' : 'Free an adapter on a worker.')
      .argument('<name>', 'the adapter')
      .action(async (name: string, options: Common) => {
        const result = await new ApiClient(apiUrl(options.url)).json<{ loaded: string[] }>(path(name, `/${wish}`), {
          method: 'POST',
        });
        print(result, options.json, () => `loaded: ${result.loaded.join(', ') || 'none'}`);
      });
  }

  command('activate', 'Speak with an adapter from the next turn on; none goes back to the model as it is.')
    .argument('<name>', 'the adapter, or none')
    .option('--tenant <tenant>', 'for this tenant; that of the key, or default, when unset')
    .option('--session-id <id>', 'for this call alone')
    .action(async (name: string, options: Common & { tenant?: string; sessionId?: string }) => {
      const body = { name: name === 'none' ? null : name, ...(options.sessionId ? { sessionId: options.sessionId } : {}) };
      const result = await new ApiClient(apiUrl(options.url)).json<{ name: string | null }>(
        `/adapters/active?${tenantOf(options)}`,
        jsonRequest('PUT', body),
      );
      print(result, options.json, () => `active: ${result.name ?? 'none'}`);
    });

  command('create', 'Register an adapter from a file, or train one from reviewed turns.')
    .argument('<name>', 'a new name')
    .option('--file <gguf>', 'a GGUF LoRA adapter')
    .option('--base-model <model>', 'the model that it belongs to')
    .option('--train', 'train it; the Python worker of the queue training must run')
    .option('--base-model-path <path>', 'where the trainer finds the model; the embedded small model when unset')
    .option('--steps <n>', 'steps of training', '60')
    .option('--tenant <tenant>', 'whose reviewed turns; that of the key, or default, when unset')
    .action(
      async (
        name: string,
        options: Common & {
          file?: string;
          baseModel?: string;
          train?: boolean;
          baseModelPath?: string;
          steps: string;
          readonly tenant?: string;
        },
      ) => {
        const client = new ApiClient(apiUrl(options.url));
        if (options.train) {
          const baseModelPath = options.baseModelPath ?? (await embeddedModel());
          const body = { baseModelPath, steps: Number(options.steps) };
          const result = await client.json<{ workflowId: string }>(
            path(name, `/train?${tenantOf(options)}`),
            jsonRequest('POST', body),
          );
          return print(result, options.json, () => `training: workflow ${result.workflowId}`);
        }
        if (!options.file || !options.baseModel) {
          throw new VoicebotError('invalid-request', 'Give --file and --base-model, or --train.');
        }
        const query = `?baseModel=${encodeURIComponent(options.baseModel)}`;
        const result = await client.json<Adapter>(path(name, query), {
          method: 'POST',
          headers: { 'Content-Type': 'application/octet-stream' },
          body: await readFile(options.file),
        });
        print(result, options.json, () => `registered: ${result.name} (${result.sha256})`);
      },
    );
}

async function embeddedModel(): Promise<string> {
  const [file = ''] = await new ArtifactStore(modelCacheDir(loadConfig())).ensure(artifactById('smollm2'));
  return file;
}
