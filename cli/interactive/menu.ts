import { input, Separator, select } from '@inquirer/prompts';
import { version } from '../../config/version.ts';
import type { ApiClient } from '../api-client.ts';
import { bold, dim } from '../terminal/colours.ts';
import { runCommand } from './actions.ts';
import { type OwnService, ownService } from './own-service.ts';

interface Item {
  readonly name: string;
  /** Nothing: back to the menu before. */
  readonly run: () => Promise<void>;
}

interface Menu {
  readonly title: string;
  readonly items: readonly Item[];
}

const command = (name: string, ...args: readonly string[]): Item => ({ name, run: async () => void (await runCommand(args)) });

/** Menus for people. Nothing is loaded before it is needed; what was started here ends with them. */
export async function showMenus(client: ApiClient): Promise<void> {
  const service = ownService(client);
  try {
    process.stdout.write(`\n${bold(`Voicebot Orchestrator ${version}`)}\n${dim('Arrow keys and Enter; Ctrl-C leaves.')}\n`);
    for (;;) {
      const menus = menusOf(service);
      const chosen = await select({
        message: 'What do you want to do?',
        choices: [
          ...menus.map((menu) => ({ name: menu.title, value: menu })),
          new Separator(),
          { name: 'Exit', value: undefined },
        ],
        pageSize: 12,
      });
      if (!chosen) return;
      await within(chosen);
    }
  } catch (error) {
    // Ctrl-C in a prompt.
    if (!(error instanceof Error && error.name === 'ExitPromptError')) throw error;
  } finally {
    await service.stop();
  }
}

async function within(menu: Menu): Promise<void> {
  for (;;) {
    const item = await select({
      message: menu.title,
      choices: [
        ...menu.items.map((one) => ({ name: one.name, value: one })),
        new Separator(),
        { name: 'Back', value: undefined },
      ],
      pageSize: 14,
    });
    if (!item) return;
    await item.run();
  }
}

function menusOf(service: OwnService): readonly Menu[] {
  /** What needs the service brings it up first. */
  const served = (item: Item): Item => ({ name: item.name, run: async () => (await service.up()) && item.run() }) as Item;
  const engine = (name: string, id: string) => [
    served(command(`Load ${name}`, 'engines', 'load', id)),
    served(command(`Unload ${name}`, 'engines', 'unload', id)),
  ];
  return [
    {
      title: '🎙️  Voice Pipeline',
      items: [
        served(command('Start a conversation', 'talk')),
        served(command('Conversation in writing', 'talk', '--type')),
        served({
          name: 'Transcribe a WAV file',
          run: async () => void (await runCommand(['stt-test', '--input', await input({ message: 'File:' })])),
        }),
      ],
    },
    {
      title: '🔧 Service Management',
      items: [
        { name: 'Start the service', run: async () => void (await service.up()) },
        { name: 'Stop the service that was started here', run: () => service.stop() },
        command('Status', 'orchestrator-health'),
        command('Services and queues', 'service-discovery'),
        command('Engines', 'engines', 'list'),
        ...engine('Kokoro', 'kokoro'),
        ...engine('Nari Dia', 'nari_dia'),
        ...engine('Zonos', 'zonos'),
        ...engine('Tortoise', 'tortoise'),
      ],
    },
    {
      title: '🧪 Testing & Demos',
      items: [
        served(command('Demonstration of the voices', 'demo')),
        served(command('Nari Dia, quick', 'test', 'nari-quick')),
        served(command('Nari Dia, proper', 'test', 'nari-proper')),
        served(command('All voices compared', 'test', 'tts-comparison')),
        served(command('Load test: 5 callers for 30 s', 'load-testing', '--users', '5', '--duration', '30')),
        served(command('Validate everything', 'validate')),
      ],
    },
    {
      title: '🎵 Audio Generation',
      items: [
        served({
          name: 'Speak a text into a WAV file',
          run: async () => {
            const text = await input({ message: 'Text:' });
            const file = await input({ message: 'File:', default: 'speech.wav' });
            if (text.trim() !== '') await runCommand(['tts-test', '--text', text, '--output', file]);
          },
        }),
        served(command('Recorded messages', 'messages', 'list')),
        served(command('Batches', 'batch', 'list')),
      ],
    },
    {
      title: '🏥 Health & Diagnostics',
      items: [
        command('Health', 'orchestrator-health'),
        command('Diagnostics', 'system-diagnostics', '--comprehensive'),
        command('Doctor', 'doctor'),
        served(command('Benchmark', 'performance-benchmark')),
        command('Security audit', 'security-audit'),
        command('Errors in the log', 'log-analysis', '--errors-only'),
        served(command('Watch', 'watch')),
      ],
    },
    {
      title: '📚 Documentation',
      items: [
        command('All commands', '--help'),
        {
          name: 'Where to read',
          run: async () =>
            void process.stdout.write('README.md; docs/architecture.md; docs/reference/cli.md; /docs of the running service\n'),
        },
      ],
    },
  ];
}
