import type { Command } from 'commander';

export interface Entry {
  readonly name: string;
  /** Other names that people know it by. */
  readonly aliases?: readonly string[];
  /** A command for programs that comes with it, and is not listed. */
  readonly hidden?: string;
  readonly summary: string;
  readonly examples: readonly string[];
  /** Puts the command into the program; its file, and what that needs, is loaded then and not before. */
  readonly add: () => Promise<(program: Command) => void>;
}

export interface Group {
  readonly title: string;
  readonly entries: readonly Entry[];
}

const analytics = async () => (await import('./commands/analytics.ts')).addAnalyticsCommands;
const adapters = async () => (await import('./commands/adapters.ts')).addAdapterCommands;
const assistant = async () => (await import('./commands/assistant.ts')).addAssistantCommands;
const audit = async () => (await import('./commands/audit.ts')).addAuditCommands;
const backup = async () => (await import('./commands/backup.ts')).addBackupCommands;
const batch = async () => (await import('./commands/batch.ts')).addBatchCommands;
const cache = async () => (await import('./commands/cache.ts')).addCacheCommands;
const calls = async () => (await import('./commands/calls.ts')).addCallCommands;
const config = async () => (await import('./commands/config.ts')).addConfigCommands;
const dataLife = async () => (await import('./commands/data-life.ts')).addDataLifeCommands;
const deployment = async () => (await import('./commands/deployment.ts')).addDeploymentCommands;
const engines = async () => (await import('./commands/engines.ts')).addEngineCommands;
const keys = async () => (await import('./commands/keys.ts')).addKeyCommands;
const knowledge = async () => (await import('./commands/knowledge.ts')).addKnowledgeCommands;
const live = async () => (await import('./commands/live.ts')).addLiveCommand;
const messages = async () => (await import('./commands/messages.ts')).addMessageCommands;
const models = async () => (await import('./commands/models.ts')).addModelsCommand;
const services = async () => (await import('./commands/services.ts')).addServiceCommands;
const speech = async () => (await import('./commands/speech.ts')).addSpeechCommands;
const tenants = async () => (await import('./commands/tenants.ts')).addTenantCommands;
const turns = async () => (await import('./commands/turns.ts')).addTurnCommands;
const completion = async () => (await import('./commands/completion.ts')).addCompletionCommands;
const diagnostics = async () => (await import('./commands/diagnostics.ts')).addDiagnosticCommands;
const health = async () => (await import('./commands/health.ts')).addHealthCommands;
const loadTesting = async () => (await import('./commands/load-testing.ts')).addLoadTestingCommand;
const sessions = async () => (await import('./commands/sessions.ts')).addSessionCommands;
const shell = async () => (await import('./commands/shell.ts')).addShellCommands;
const talk = async () => (await import('./commands/talk.ts')).addTalkCommands;
const validate = async () => (await import('./commands/validate.ts')).addValidateCommand;
const voices = async () => (await import('./commands/voices.ts')).addVoiceCommands;
const watch = async () => (await import('./commands/watch.ts')).addWatchCommand;

/** Every command, in the order of `voicebot --help`. */
export const catalogue: readonly Group[] = [
  {
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
  },
  {
    title: 'Calls',
    entries: [
      {
        name: 'start-call',
        summary: 'Start a call, or say something in one: written, from a file or by microphone.',
        examples: [
          'voicebot start-call --session-id demo --text "When do you open on Saturdays?"',
          'voicebot start-call --session-id demo --wav question.wav --output reply.wav',
        ],
        add: calls,
      },
      {
        name: 'live-call',
        summary: 'Say a WAV file in real time on a live call, and show what happens until the reply is over.',
        examples: ['voicebot live-call --session-id demo --input question.wav --output replies.wav'],
        add: live,
      },
      {
        name: 'talk',
        summary: 'Talk to the bot by microphone and speaker, or in writing, and see where the time of each turn goes.',
        examples: ['voicebot talk', 'voicebot talk --type'],
        add: talk,
      },
      {
        name: 'conversation',
        summary: 'A conversation with a voice of your choice.',
        examples: ['voicebot conversation --engine kokoro', 'voicebot conversation --engine nari_dia --type'],
        add: talk,
      },
      {
        name: 'list-sessions',
        summary: 'List sessions, newest first.',
        examples: ['voicebot list-sessions', 'voicebot list-sessions --status active --json'],
        add: sessions,
      },
      {
        name: 'monitor-session',
        summary: 'Show a session with its turns, also while it goes on.',
        examples: [
          'voicebot monitor-session --session-id demo --follow',
          'voicebot monitor-session --session-id demo --format json --filter status=failed',
        ],
        add: sessions,
      },
      {
        name: 'end-session',
        summary: 'End a call.',
        examples: ['voicebot end-session --session-id demo'],
        add: sessions,
      },
      {
        name: 'failed-turns',
        summary: 'List the failed turns of all calls with their causes, newest first.',
        examples: ['voicebot failed-turns --limit 10'],
        add: turns,
      },
      {
        name: 'retry-turn',
        summary: 'Try a failed turn again, in its call or after it; prints the answer, which is kept with the turn.',
        examples: ['voicebot retry-turn --session-id demo --turn 3'],
        add: turns,
      },
    ],
  },
  {
    title: 'Voices',
    entries: [
      {
        name: 'stt-test',
        summary: 'Transcribe a WAV file.',
        examples: ['voicebot stt-test --input question.wav'],
        add: speech,
      },
      {
        name: 'tts-test',
        summary: 'Speak a text into a WAV file.',
        examples: ['voicebot tts-test --text "Good morning." --output morning.wav'],
        add: speech,
      },
      {
        name: 'demo',
        summary: 'Hear each voice that is there, by the same words.',
        examples: ['voicebot demo', 'voicebot demo --engines kokoro,zonos'],
        add: voices,
      },
      {
        name: 'test',
        summary: 'Test voices: spoken, and understood again.',
        examples: ['voicebot test nari-proper', 'voicebot test nari-quick', 'voicebot test tts-comparison'],
        add: voices,
      },
      {
        name: 'engines',
        summary: 'Engines that speak.',
        examples: ['voicebot engines list', 'voicebot engines load zonos', 'voicebot engines unload zonos'],
        add: engines,
      },
      {
        name: 'batch',
        summary: 'Messages that are made in batches.',
        examples: [
          'voicebot batch create messages.csv --wait',
          'voicebot batch status my-batch',
          'voicebot batch schedule messages.csv --id nightly --cron "0 2 * * *"',
          'voicebot batch schedules',
          'voicebot batch run-now nightly',
          'voicebot batch unschedule nightly',
          'voicebot batch list',
          'voicebot batch watch my-batch',
          'voicebot batch items my-batch',
          'voicebot batch pause my-batch',
          'voicebot batch resume my-batch',
          'voicebot batch cancel my-batch',
          'voicebot batch retry my-batch',
          'voicebot batch download my-batch --rendition opus',
        ],
        add: batch,
      },
      {
        name: 'messages',
        summary: 'Recorded messages that calls play.',
        examples: [
          'voicebot messages list',
          'voicebot messages approve hello --by Ann',
          'voicebot messages show hello',
          'voicebot messages play hello --output hello.wav',
          'voicebot messages reject hello --by Ann',
          'voicebot messages import recordings/ --language en',
          'voicebot messages export folder/ --rendition ulaw',
        ],
        add: messages,
      },
    ],
  },
  {
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
  },
  {
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
  },
  {
    title: 'Security and data',
    entries: [
      {
        name: 'keys',
        summary: 'Keys of people and programs (VOICEBOT_API_KEY holds the one that is used).',
        examples: [
          'voicebot keys create "Grafana" --role operator --permissions monitor',
          'voicebot keys list',
          'voicebot keys revoke 3f2a',
        ],
        add: keys,
      },
      {
        name: 'token',
        summary: 'Make a token with which one caller connects to one session.',
        examples: ['voicebot token demo --expires-in-seconds 30'],
        add: keys,
      },
      {
        name: 'tenants',
        summary: 'Banks, or parts of one, that share this installation.',
        examples: ['voicebot tenants list', 'voicebot tenants show north', 'voicebot tenants set north --max-sessions 50'],
        add: tenants,
      },
      {
        name: 'security-audit',
        summary: 'Look at what an attacker would look at first: risk, and what to do.',
        examples: ['voicebot security-audit', 'voicebot security-audit --no-packages'],
        add: diagnostics,
      },
      {
        name: 'audit',
        summary: 'Who did what.',
        examples: ['voicebot audit list --actor key:abc', 'voicebot audit verify', 'voicebot audit export audit.jsonl'],
        add: audit,
      },
      {
        name: 'erase',
        summary:
          'Erase what was said in a session, or in all calls of a customer, with all that belongs to it. Prints a certificate.',
        examples: ['voicebot erase --session demo', 'voicebot erase --customer 12345678'],
        add: dataLife,
      },
      {
        name: 'export-customer',
        summary: 'Write all that is kept of a customer to a zip file: what was said, and its recordings.',
        examples: ['voicebot export-customer customer.zip --customer 12345678'],
        add: dataLife,
      },
      {
        name: 'deletions',
        summary: 'List what was deleted, by retention or because somebody asked for it.',
        examples: ['voicebot deletions'],
        add: dataLife,
      },
      {
        name: 'backup',
        summary: 'Copy database, blobs and configuration into a new folder.',
        examples: ['voicebot backup /var/backups/voicebot --keys /root/voicebot.keys'],
        add: backup,
      },
      {
        name: 'backup-system',
        summary: 'Back up settings, data, all of it, or logs.',
        examples: [
          'voicebot backup-system --type config',
          'voicebot backup-system --type full --destination /var/backups/voicebot',
        ],
        add: backup,
      },
      {
        name: 'restore',
        aliases: ['restore-system'],
        summary: 'Fill an empty database and blob store from a backup, migrate it to this release, and check it.',
        examples: ['voicebot restore backups/2026-01-31T08-00-00Z --keys /root/voicebot.keys'],
        add: backup,
      },
      {
        name: 'migrate',
        summary:
          'Bring the database of DATABASE_URL up to date and end, as a job before a deploy; services do it at their start, too.',
        examples: ['voicebot migrate', 'voicebot migrate --to 0012'],
        add: backup,
      },
    ],
  },
  {
    title: 'In the terminal',
    entries: [
      {
        name: 'shell',
        summary: 'A prompt that speaks what is typed, and tries the voices.',
        examples: ['voicebot shell'],
        add: shell,
      },
      {
        name: 'completion',
        hidden: 'complete',
        summary: 'Completion for your shell.',
        examples: [
          'voicebot completion bash > ~/.local/share/bash-completion/completions/voicebot',
          'source <(voicebot completion zsh)',
        ],
        add: completion,
      },
    ],
  },
];

export const entries: readonly Entry[] = catalogue.flatMap(({ entries }) => entries);

export const entryOf = (name: string): Entry | undefined =>
  entries.find((entry) => entry.name === name || entry.hidden === name || entry.aliases?.includes(name));
