import type { Group } from './entry.ts';

const config = async () => (await import('../commands/config.ts')).addConfigCommands;
const deployment = async () => (await import('../commands/deployment.ts')).addDeploymentCommands;
const models = async () => (await import('../commands/models.ts')).addModelsCommand;
const services = async () => (await import('../commands/services.ts')).addServiceCommands;

export const run: Group = {
  title: 'Run it',
  entries: [
    {
      name: 'start',
      summary: 'Start everything on this machine: Temporal, database, workers of all queues, API.',
      examples: ['voicebot start', 'PORT=9000 voicebot start'],
      add: services,
    },
    {
      name: 'service',
      summary: 'Start one of the six services; needs TEMPORAL_ADDRESS, and DATABASE_URL for keys and data.',
      examples: ['voicebot service orchestrator-core', 'voicebot service stt-service'],
      add: services,
    },
    {
      name: 'worker',
      summary: 'Start workers of some queues; needs TEMPORAL_ADDRESS, and DATABASE_URL for cache and records.',
      examples: ['voicebot worker --queues stt,tts'],
      add: services,
    },
    {
      name: 'api',
      summary: 'Start the API alone; needs TEMPORAL_ADDRESS and DATABASE_URL.',
      examples: ['voicebot api'],
      add: services,
    },
    {
      name: 'config',
      summary: 'Show the configuration in effect, with secrets hidden.',
      examples: ['voicebot config', 'voicebot config --json'],
      add: config,
    },
    {
      name: 'config-validate',
      summary: 'Check the configuration, and name every problem at once.',
      examples: ['voicebot config-validate', 'voicebot config-validate --file production.env'],
      add: config,
    },
    {
      name: 'models',
      summary: 'Models and binaries: what is there, what is missing.',
      examples: [
        'voicebot models list',
        'voicebot models fetch kokoro',
        'voicebot models probe --again',
        'voicebot models verify',
      ],
      add: models,
    },
    {
      name: 'deployment',
      summary: 'Versions of the call workflows: which takes new calls, which has calls left. Needs WORKER_DEPLOYMENT.',
      examples: ['voicebot deployment list', 'voicebot deployment promote 0.4.0-1a2b3c4d --percent 10'],
      add: deployment,
    },
  ],
};
