import type { Command } from 'commander';
import { ApiClient, apiUrl } from '../api-client.ts';
import { print } from '../output.ts';
import { table } from '../terminal/table.ts';

interface Engine {
  readonly id: string;
  readonly title: string;
  readonly state: string;
  readonly why: string | null;
  readonly warning: string | null;
  readonly voices: readonly string[];
  readonly needs: { readonly gpu: string; readonly gpuMemoryGb?: number };
  readonly nominalPace: number;
  readonly measuredPace: number | null;
  readonly maxCharacters: number;
}

type Control = Pick<Engine, 'state' | 'warning'> & { readonly engine: string };

export function addEngineCommands(program: Command): void {
  const engines = program.command('engines');
  for (const wish of ['load', 'unload'] as const) {
    engines
      .command(wish)
      .description(wish === 'load' ? 'Load an engine on one of its workers.' : 'Free an engine on one of its workers.')
      .argument('<engine>', 'kokoro, nari_dia, zonos or tortoise')
      .option('--url <url>', 'address of the API')
      .option('--json', 'print JSON')
      .action(async (engine: string, options: { url?: string; json?: boolean }) => {
        const path = `/tts/engines/${encodeURIComponent(engine)}/${wish}`;
        const result = await new ApiClient(apiUrl(options.url)).json<Control>(path, { method: 'POST' });
        const { state, warning } = result;
        print(result, options.json, () => `${result.engine}: ${state}${warning ? ` (${warning})` : ''}`);
      });
  }
  engines
    .command('list')
    .description('List the engines with their voices, needs and speed.')
    .option('--url <url>', 'address of the API')
    .option('--json', 'print JSON')
    .action(async (options: { url?: string; json?: boolean }) => {
      const result = await new ApiClient(apiUrl(options.url)).json<{ engines: Engine[] }>('/tts/engines');
      const gpu = ({ gpu, gpuMemoryGb }: Engine['needs']) => `GPU ${gpu}${gpuMemoryGb ? `, ${gpuMemoryGb} GB` : ''}`;
      print(result, options.json, () =>
        table(
          ['ENGINE', 'STATE', 'NEEDS', 'SECONDS FOR ONE OF SPEECH', 'VOICES', 'WHY'],
          result.engines.map((one) => [
            ...[one.id, one.state, gpu(one.needs)],
            one.measuredPace === null ? `unknown (said to be ${one.nominalPace})` : one.measuredPace.toFixed(2),
            one.voices.length > 4
              ? `${one.voices.slice(0, 3).join(' ')} and ${one.voices.length - 3} more`
              : one.voices.join(' '),
            one.why ?? one.warning ?? '',
          ]),
        ),
      );
    });
}
