import type { Group } from './entry.ts';

const adapters = async () => (await import('../commands/adapters.ts')).addAdapterCommands;
const assistant = async () => (await import('../commands/assistant.ts')).addAssistantCommands;
const cache = async () => (await import('../commands/cache.ts')).addCacheCommands;
const knowledge = async () => (await import('../commands/knowledge.ts')).addKnowledgeCommands;

export const answers: Group = {
  title: 'Answers',
  entries: [
    {
      name: 'knowledge',
      summary: 'Approved articles: what the bot answers general questions from.',
      examples: ['voicebot knowledge import articles/', 'voicebot knowledge list'],
      add: knowledge,
    },
    {
      name: 'assistant',
      summary: 'What the assistant understands, does and says, as files: written, checked, tried, deployed.',
      examples: [
        'voicebot assistant init my-bank',
        'voicebot assistant deploy my-bank --share 0.1',
        'voicebot assistant check my-bank',
        'voicebot assistant diff my-bank',
        'voicebot assistant rollback',
        'voicebot assistant list',
        'voicebot assistant test my-bank --junit results.xml',
        'voicebot assistant learn --session-id demo',
      ],
      add: assistant,
    },
    {
      name: 'cache-manager',
      aliases: ['cache'],
      summary: 'Cached answers: what they save, and whether they are right.',
      examples: [
        'voicebot cache-manager stats',
        'voicebot cache-manager clear --article opening-hours',
        'voicebot cache-manager list --limit 20',
        'voicebot cache-manager export --output answers.jsonl',
        'voicebot cache-manager optimize',
        'voicebot cache-manager threshold 0.9',
        'voicebot cache-manager reviews',
        'voicebot cache-manager judge 3f2a right',
      ],
      add: cache,
    },
    {
      name: 'adapter-control',
      aliases: ['adapters'],
      summary: 'LoRA adapters of the language model.',
      examples: [
        'voicebot adapter-control list',
        'voicebot adapter-control activate bank-tone',
        'voicebot adapter-control load bank-tone',
        'voicebot adapter-control unload bank-tone',
        'voicebot adapter-control create bank-tone --file bank-tone.gguf --base-model smollm2',
      ],
      add: adapters,
    },
  ],
};
