import { z } from 'zod';
import { rolesIn } from '../domain/model-probe.ts';
import { defaultTenant, tenantPattern } from '../domain/tenant.ts';

/** Language models that are fetched by name: ids of the manifest. */
export const languageModels = ['smollm2', 'qwen2.5-0.5b', 'qwen2.5-1.5b', 'smollm2-1.7b', 'mistral-7b'] as const;

const port = (name: string, fallback: number) =>
  z.coerce
    .number({ error: `${name} must be a port number` })
    .int()
    .min(1)
    .max(65535)
    .default(fallback);

const concurrency = (fallback: number, text: string, least = 1) =>
  z.coerce.number().int().min(least).max(1_000).default(fallback).describe(text);

function isTimeZone(zone: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: zone }));
  } catch {
    return false;
  }
}

const days = z.coerce.number().min(0.001).max(36_500).optional();
const rate = (perMinute: number) => z.coerce.number().int().min(1).max(1_000_000).default(perMinute);

const url = (protocols: RegExp) => z.string().regex(protocols);

/**
 * Every setting, read once from the environment. The key is the variable's name; `.describe()` is the text of
 * the reference page and of `.env.example`, both generated from here.
 */
export const configSchema = z.object({
  HOST: z.string().default('127.0.0.1').describe('Address the API listens on.'),
  PORT: port('PORT', 8000).describe('Port of the API.'),
  AUTH: z
    .enum(['on', 'off'])
    .optional()
    .describe('Whether the API asks who is there. Unset: on where HOST is not this machine alone; off is refused there.'),
  ADMIN_KEY: z
    .string()
    .min(32)
    .optional()
    .describe(
      "An administrator's key, for installations that bring their secrets along. Unset: the first start makes one in DATA_DIR/admin.key.",
    ),
  METRICS_KEY: z
    .string()
    .min(32)
    .optional()
    .describe(
      'A key with which /metrics may be read and nothing else, for Prometheus; beside keys with the permission `monitor`.',
    ),
  AUTH_ISSUER: url(/^https?:\/\//)
    .optional()
    .describe(
      'OpenID Connect issuer whose tokens are taken beside keys; its discovery document names the keys that it signs with.',
    ),
  AUTH_AUDIENCE: z.string().optional().describe('What its tokens must name as their audience.'),
  AUTH_ROLE_CLAIM: z
    .string()
    .default('role')
    .describe('Claim that holds agent, operator or admin, alone or in a list; a dot leads into an object.'),
  AUTH_TENANT_CLAIM: z.string().default('tenant').describe('Claim that holds the tenant; whoever has none may ask for all.'),
  AUTH_CONSOLE_CLIENT_ID: z
    .string()
    .optional()
    .describe(
      "The console's public client at AUTH_ISSUER (authorization code with PKCE); its redirect URI is /console/login of this service. Unset: people log in with keys.",
    ),
  AUTH_CONSOLE_SCOPE: z.string().default('openid').describe('Scopes that the console asks AUTH_ISSUER for.'),
  AUDIT_ANCHOR_FILE: z
    .string()
    .optional()
    .describe(
      'File in which the end of the audit log is written down every five minutes, best on another machine; DATA_DIR/audit-anchors.jsonl when unset.',
    ),
  TLS_CERT_FILE: z
    .string()
    .optional()
    .describe(
      'Certificate chain (PEM) with which the API speaks TLS itself; unset where a proxy does. MEDIA_URL must then name it as the certificate does.',
    ),
  TLS_KEY_FILE: z.string().optional().describe('Private key (PEM) of that certificate.'),
  CORS_ORIGINS: z
    .string()
    .default('')
    .describe('Origins whose pages may ask the API, separated by commas, as https://console.bank.example; none when empty.'),
  TRUSTED_PROXIES: z
    .string()
    .default('')
    .describe('Addresses and networks whose X-Forwarded-For is believed, separated by commas.'),
  RATE_REQUESTS: rate(1_200).describe('Requests that one key, token or address may send in a minute; counted by each process.'),
  RATE_KILOBYTES: rate(1_000_000).describe(
    'Kilobytes that one key, token or address may send in bodies in a minute; counted by each process. Sockets are bounded by real time.',
  ),
  RATE_CONNECTIONS: rate(300).describe('Sockets that one key, token or address may open in a minute.'),
  RATE_SESSIONS: rate(300).describe('Sessions that one key or address may start in a minute.'),
  RATE_TURNS: rate(60).describe('Turns of one session in a minute, in writing or as WAV files.'),
  RATE_WRONG_TRIES: rate(20).describe('Keys and tokens that are not valid from one address in a minute.'),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .describe('Least severe log line that is written.'),
  OTEL_EXPORTER_OTLP_ENDPOINT: url(/^https?:\/\//)
    .optional()
    .describe('OpenTelemetry receiver (OTLP over HTTP) that traces are sent to, as http://collector:4318. Unset: none are made.'),
  OTEL_EXPORTER_OTLP_HEADERS: z
    .string()
    .default('')
    .describe('Headers for that receiver, `name=value` separated by commas, as a key that it asks for.'),
  TRACE_SAMPLE_RATIO: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .describe('Share of calls that are traced, 0 to 1. All processes must have the same, so that traces are whole.'),
  TRACE_URL: z
    .string()
    .regex(/^https?:\/\/.*\{traceId\}/, 'must be a URL with {traceId} in it')
    .optional()
    .describe('Where people see a trace, with {traceId} in it: the Temporal UI links to it from each call.'),
  DATA_DIR: z.string().default('./data').describe('Folder of the embedded database, Temporal state and blobs.'),
  MODEL_CACHE_DIR: z.string().optional().describe("Folder of models and binaries; the user's cache folder when unset."),
  DATABASE_URL: url(/^postgres(ql)?:\/\//)
    .optional()
    .describe('Postgres with pgvector. Unset: an embedded Postgres (PGlite) in DATA_DIR.'),
  TEMPORAL_ADDRESS: z.string().optional().describe('host:port of a Temporal frontend. Unset: an embedded dev server.'),
  TEMPORAL_NAMESPACE: z.string().default('default').describe('Temporal namespace.'),
  TEMPORAL_API_KEY: z.string().optional().describe('API key of Temporal Cloud; turns TLS on.'),
  TEMPORAL_PORT: port('TEMPORAL_PORT', 7233).describe('Port of the embedded Temporal dev server.'),
  TEMPORAL_UI_ORIGIN: url(/^https?:\/\//)
    .optional()
    .describe(
      'Where people open the Temporal UI; it may have this API decrypt what it shows. Unset: that of the embedded server.',
    ),
  TEMPORAL_UI_PORT: port('TEMPORAL_UI_PORT', 8233).describe('Port of the embedded Temporal UI.'),
  MEDIA_URL: url(/^https?:\/\//)
    .optional()
    .describe('URL under which workers reach this API for audio; http://127.0.0.1:PORT when unset.'),
  BLOB_URL: z
    .string()
    .regex(/^(file:|s3:\/\/)/)
    .optional()
    .describe('Where recordings lie: s3://bucket/prefix (credentials as the AWS SDK finds them); DATA_DIR/blobs when unset.'),
  BLOB_S3_ENDPOINT: url(/^https?:\/\//)
    .optional()
    .describe('Endpoint of an S3-compatible store other than AWS.'),
  RETENTION_SESSIONS_DAYS: days.describe(
    'Days after which an ended session is deleted with all that belongs to it: turns, audio, reviews, histories of Temporal. Unset: kept.',
  ),
  RETENTION_AUDIO_DAYS: days.describe('Days after which the audio of turns is deleted. Unset: kept as long as the session.'),
  RETENTION_SPEECH_DAYS: days.describe(
    'Days after which speech of approved wording that was made ahead is deleted; it is made again. Unset: kept.',
  ),
  RECORD_AUDIO: z.stringbool().default(false).describe('Keep the audio of turns as recordings.'),
  KEEP_FAILED_AUDIO: z
    .stringbool()
    .default(true)
    .describe('Keep what the caller said in a turn that failed, until it is tried again with success.'),
  MAX_CONCURRENT_SESSIONS: z.coerce.number().int().min(1).max(100_000).default(100).describe('Calls that may be active at once.'),
  SESSION_TIMEOUT: z.coerce.number().min(5).max(86_400).default(3600).describe('Seconds without a turn after which a call ends.'),
  MAX_AUDIO_SECONDS: z.coerce.number().min(1).max(600).default(120).describe('Longest audio one request or turn may carry.'),
  TURN_TIMEOUT: z.coerce.number().min(5).max(600).default(90).describe('Seconds one turn may take in all.'),
  WORKER_WAIT: z.coerce
    .number()
    .min(1)
    .max(300)
    .default(15)
    .describe('Seconds a step waits for a worker of its queue before the turn fails honestly.'),
  STT_CONCURRENCY: concurrency(8, 'Callers whom one worker listens to at a time.'),
  BANK_CONCURRENCY: concurrency(32, 'Steps at the bank of one worker at a time.'),
  CACHE_CONCURRENCY: concurrency(32, 'Look-ups of one worker at a time.'),
  LLM_CONCURRENCY: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000)
    .optional()
    .describe('Replies that one worker generates at a time; 4 with the llama engine and 32 with openai when unset.'),
  TTS_CONCURRENCY: concurrency(16, 'Replies that one worker speaks at a time; each waits for its words meanwhile.'),
  RECORDS_CONCURRENCY: concurrency(16, 'Records that one worker writes at a time.'),
  TELEPHONY_CONCURRENCY: concurrency(16, 'Transfers of one worker at a time.'),
  // They share one thread: a worker that takes over many calls goes over them one after another, where all at once would all be late.
  CALLS_CONCURRENCY: concurrency(4, 'Workflow tasks of one worker at a time.', 2),
  BATCH_WINDOW: z.coerce
    .number()
    .int()
    .min(1)
    .max(100)
    .optional()
    .describe('Items of a batch that are under way with each engine at a time; what suits one worker of it when unset.'),
  MAX_SLOT_USE: z.coerce
    .number()
    .min(0.1)
    .max(1)
    .default(0.85)
    .describe("Share of a queue's places, over all its workers, above which new sessions are refused."),
  MAX_QUEUE_DELAY_MS: z.coerce
    .number()
    .min(0)
    .max(60_000)
    .default(500)
    .describe('Milliseconds that work may wait for a worker of its queue before new sessions are refused; 0 for any time.'),
  METRICS_PORT: z.coerce
    .number()
    .int()
    .min(1)
    .max(65535)
    .optional()
    .describe('Port for /health, /ready and /metrics of `voicebot worker`; unset: off. Services and the API have PORT.'),
  WORKER_DEPLOYMENT: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/)
    .optional()
    .describe('Name of the Temporal worker deployment: calls then stay with the version they began under. Unset: no versioning.'),
  BUILD_ID: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,64}$/)
    .optional()
    .describe('Version of the call workflows within the deployment; made from the code when unset.'),
  ENGINE_THREADS: z.coerce
    .number()
    .int()
    .min(1)
    .max(64)
    .optional()
    .describe('CPU threads of one engine; the cores, at most 8, when unset.'),
  ENGINE_IDLE_SECONDS: z.coerce
    .number()
    .min(0)
    .max(86_400)
    .default(0)
    .describe('Seconds without work after which an engine frees its memory; 0 keeps it loaded.'),
  WHISPER_MODEL: z
    .enum(['tiny', 'tiny.en', 'base', 'small', 'medium', 'large'])
    .default('base')
    .describe('Whisper size. tiny.en and base also come by package; the others from the hub only.'),
  WHISPER_DEVICE: z.enum(['cpu', 'cuda']).default('cpu').describe('Where Whisper runs.'),
  WHISPER_PRECISION: z.enum(['int8', 'fp32']).optional().describe('Weights of Whisper; int8 on cpu and fp32 on cuda when unset.'),
  WHISPER_LANGUAGE: z
    .string()
    .regex(/^([a-z]{2,3}|auto)$/)
    .default('en')
    .describe('Language of the caller, or auto to detect it for each utterance.'),
  KOKORO_VOICE: z.string().default('af_bella').describe('Voice: a name such as af_bella, or default, male, female, neutral.'),
  KOKORO_LANGUAGE: z.string().default('en').describe('Language of the voice: en, en-us or en-gb.'),
  KOKORO_SPEED: z.coerce.number().min(0.5).max(2).default(1).describe('Speed of speech, 0.5 to 2.'),
  SPEECH_BASE_URL: url(/^https?:\/\//)
    .optional()
    .describe(
      "Another speech server that speaks OpenAI's `/v1/audio/speech`, with its /v1: the engine `remote`. Unset: there is none.",
    ),
  SPEECH_API_KEY: z.string().optional().describe('Key of that server.'),
  SPEECH_MODEL: z.string().default('tts-1').describe('Model name at that server.'),
  SPEECH_VOICES: z.string().default('alloy').describe('Its voices, separated by commas; the first one is the default.'),
  ZONOS_VOICE_NAMES: z
    .string()
    .default('')
    .describe(
      'Voices of Zonos beside its default, separated by commas: the recordings in the folder ZONOS_VOICES of its workers.',
    ),
  LLM_ENGINE: z
    .enum(['llama', 'openai'])
    .optional()
    .describe('Language model engine; openai when OPENAI_BASE_URL is set, else llama.'),
  LLM_MODEL: z
    .enum(languageModels)
    .default('smollm2')
    .describe(
      'Language model of the llama engine, fetched from its hub at the first start; `voicebot models list` shows licences and sizes.',
    ),
  MISTRAL_MODEL_PATH: z.string().optional().describe('GGUF file for the llama engine, instead of LLM_MODEL.'),
  MISTRAL_LORA_PATH: z.string().optional().describe('GGUF LoRA adapter for the llama engine.'),
  LLM_MAY: z
    .string()
    .refine((text) => text === 'probe' || rolesIn(text) !== undefined, 'must be probe, none, or some of: talk, read, tools')
    .default('probe')
    .describe(
      'What the language model may do: `talk` with callers, `read` what they want beside the router, choose `tools` where the router is not sure. `probe`: what it has shown that it can (`voicebot models probe`).',
    ),
  SECOND_READER_MS: z.coerce
    .number()
    .int()
    .min(50)
    .max(5_000)
    .default(400)
    .describe('How long a turn waits for a language model that may `read`, in milliseconds.'),
  MISTRAL_MAX_TOKENS: z.coerce.number().int().min(1).max(8192).default(512).describe('Most tokens of one reply.'),
  MISTRAL_TEMPERATURE: z.coerce
    .number()
    .min(0)
    .max(2)
    .optional()
    .describe('Sampling temperature; 0.7 when unset, 0.2 with the small embedded model, which needs a short leash.'),
  OPENAI_BASE_URL: url(/^https?:\/\//)
    .optional()
    .describe('OpenAI-compatible endpoint (vLLM, Ollama, Mistral), with its /v1.'),
  OPENAI_API_KEY: z.string().optional().describe('Key of that endpoint.'),
  OPENAI_MODEL: z.string().default('mistral').describe('Model name at that endpoint.'),
  HISTORY_MAX_TOKENS: z.coerce
    .number()
    .int()
    .min(0)
    .max(32_000)
    .default(1024)
    .describe('Most tokens of earlier turns given to the model.'),
  CACHE_MIN_SIMILARITY: z.coerce
    .number()
    .min(0.5)
    .max(1)
    .default(0.7)
    .describe('Cosine similarity below which no stored answer is served for another wording, however probable it seems.'),
  CACHE_TTL_SECONDS: z.coerce.number().int().min(60).default(86_400).describe('Seconds a cached answer lives.'),
  PAUSE_MS: z.coerce
    .number()
    .min(64)
    .max(1_000)
    .default(128)
    .describe('Silence of a live caller, in milliseconds, after which a reply is prepared.'),
  RELEASE_MIN_MS: z.coerce
    .number()
    .min(100)
    .max(5_000)
    .default(300)
    .describe('Silence, in milliseconds, that ends a turn which is surely finished.'),
  RELEASE_MAX_MS: z.coerce
    .number()
    .min(100)
    .max(10_000)
    .default(1_600)
    .describe('Silence, in milliseconds, that ends a turn which sounds unfinished.'),
  FILLER_MS: z.coerce
    .number()
    .min(0)
    .max(30_000)
    .default(2_000)
    .describe('Dead air, in milliseconds, after which a filler is played; 0 for none.'),
  IDLE_PROMPT_SECONDS: z.coerce
    .number()
    .min(0)
    .max(600)
    .default(12)
    .describe(
      'Silence on a live call after which the caller is asked whether they are there, and after the same again the call ends; 0 for never.',
    ),
  PUBLIC_URL: url(/^https?:\/\//)
    .optional()
    .describe('URL under which Twilio reaches this API; part of its signatures.'),
  TWILIO_ACCOUNT_SID: z.string().optional().describe('Account at Twilio; moves its calls to people.'),
  TWILIO_AUTH_TOKEN: z.string().optional().describe('Token of that account; without it calls by Twilio are refused.'),
  TWILIO_API_URL: url(/^https?:\/\//)
    .default('https://api.twilio.com')
    .describe("Twilio's REST API."),
  AUDIOSOCKET_PORT: z.coerce
    .number()
    .int()
    .min(1)
    .max(65535)
    .optional()
    .describe('Port for AudioSocket of Asterisk; unset: off.'),
  AUDIOSOCKET_ALLOW: z
    .string()
    .default('127.0.0.0/8, ::1')
    .describe("Addresses and networks of the bank's Asterisk, separated by commas: others are hung up on."),
  AUDIOSOCKET_HOST: z.string().default('127.0.0.1').describe('Address that AudioSocket listens on.'),
  TRANSFER_TO: z.string().optional().describe('Telephone number or SIP URI of the people who take calls over.'),
  TRANSFER_WEBHOOK_URL: url(/^https?:\/\//)
    .optional()
    .describe('Gets the summary of a call that is handed over, by POST.'),
  TENANT: z
    .string()
    .regex(tenantPattern)
    .default(defaultTenant)
    .describe('Whose calls these are, where several banks share a database: knowledge, cache and adapter are theirs alone.'),
  PERSONA: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/)
    .default('default')
    .describe('Name of the manner in which the bot speaks; cached answers of another one are not served.'),
  ASSISTANT: z
    .string()
    .optional()
    .describe('Folder of the assistant that serves tenants that have deployed none; `assistants/bank-en` when unset.'),
  BANK: z.enum(['demo', 'http']).default('demo').describe('The demo bank in the database, or a core-banking system at BANK_URL.'),
  BANK_URL: url(/^https?:\/\//)
    .optional()
    .describe('Base URL of a core-banking system that speaks docs/reference/bank-openapi.json.'),
  BANK_API_KEY: z.string().optional().describe('Bearer token for BANK_URL.'),
  BANK_TIME_ZONE: z
    .string()
    .refine((zone) => isTimeZone(zone), 'must be an IANA time zone such as Europe/Zurich')
    .default('UTC')
    .describe("IANA time zone in which the bank's days begin."),
  PAYLOAD_ENCRYPTION: z
    .stringbool()
    .default(true)
    .describe(
      'Encrypts all that passes through Temporal. Off for as long as workers of a release before 0.5 take tasks; what is in the clear is always read.',
    ),
  BLOB_ENCRYPTION: z
    .stringbool()
    .default(true)
    .describe(
      'Encrypts recordings, messages and what else is stored of callers, with keys of each tenant that come from those below; what is in the clear is always read.',
    ),
  PAYLOAD_KEYS: z
    .string()
    .optional()
    .describe(
      'Keys of that encryption, `id:base64` of 32 bytes each, separated by commas: the first one encrypts, all decrypt. Unset: derived from SECRETS_KEY.',
    ),
  PAYLOAD_KEYS_FILE: z.string().optional().describe('File that holds them instead.'),
  PAYLOAD_KEYS_COMMAND: z
    .string()
    .optional()
    .describe(
      'Program, with arguments, that prints them instead, as one that asks a key management service; run once at the start.',
    ),
  SECRETS_KEY: z
    .string()
    .min(32)
    .optional()
    .describe(
      'Seals what callers tell in confidence on its way through Temporal; the same for API and workers. Unset: kept in DATA_DIR.',
    ),
  BANK_NAME: z.string().default('the bank').describe('How the bot names the bank.'),
});

export type Config = z.infer<typeof configSchema>;
