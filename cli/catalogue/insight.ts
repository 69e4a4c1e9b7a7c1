import type { Group } from './entry.ts';

const analytics = async () => (await import('../commands/analytics.ts')).addAnalyticsCommands;
const diagnostics = async () => (await import('../commands/diagnostics.ts')).addDiagnosticCommands;
const health = async () => (await import('../commands/health.ts')).addHealthCommands;
const loadTesting = async () => (await import('../commands/load-testing.ts')).addLoadTestingCommand;
const validate = async () => (await import('../commands/validate.ts')).addValidateCommand;
const watch = async () => (await import('../commands/watch.ts')).addWatchCommand;

export const insight: Group = {
  title: 'See how it does',
  entries: [
    {
      name: 'orchestrator-health',
      summary: 'Whether database, Temporal and workers of all queues are there.',
      examples: ['voicebot orchestrator-health', 'voicebot orchestrator-health --json'],
      add: health,
    },
    {
      name: 'watch',
      summary: 'Queues, calls and waits, drawn again and again.',
      examples: ['voicebot watch', 'voicebot watch --once'],
      add: watch,
    },
    {
      name: 'service-discovery',
      summary: 'The six services with their response times, and who polls each queue.',
      examples: ['voicebot service-discovery', 'voicebot service-discovery --service stt-service=http://stt.example:8001'],
      add: health,
    },
    {
      name: 'analytics-report',
      summary: 'Reports of what calls have left: as a table, JSON, CSV, or a page with charts.',
      examples: [
        'voicebot analytics-report --type performance --time-range 7d',
        'voicebot analytics-report --type summary --export today.html --compare yesterday.json',
      ],
      add: analytics,
    },
    {
      name: 'system-diagnostics',
      summary: 'How machine and service are, with a score and its arithmetic.',
      examples: ['voicebot system-diagnostics', 'voicebot system-diagnostics --comprehensive --json'],
      add: diagnostics,
    },
    {
      name: 'doctor',
      summary: 'Find what is wrong with an installation, and how to mend it.',
      examples: ['voicebot doctor'],
      add: diagnostics,
    },
    {
      name: 'log-analysis',
      summary: 'Structured logs, grouped by cause.',
      examples: ['voicebot log-analysis --errors-only --since 24h', 'voicebot log-analysis --file - < service.log'],
      add: diagnostics,
    },
    {
      name: 'performance-benchmark',
      summary: 'Measure machine, API, a turn, and voices.',
      examples: ['voicebot performance-benchmark', 'voicebot performance-benchmark --engines kokoro,zonos'],
      add: diagnostics,
    },
    {
      name: 'load-testing',
      summary: 'Real calls over the socket in real time, with a report.',
      examples: [
        'voicebot load-testing --users 20 --duration 60 --ramp 10',
        'voicebot load-testing --users 5 --report load.html --compare before.html',
      ],
      add: loadTesting,
    },
    {
      name: 'validate',
      summary: 'Run every command against the running system, and say whether it is ready for production.',
      examples: ['voicebot validate', 'voicebot validate --output results.json'],
      add: validate,
    },
  ],
};
