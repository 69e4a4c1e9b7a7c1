import { basename, join, resolve } from 'node:path';
import envPaths from 'env-paths';
import { isLoopback } from '../domain/access/loopback.ts';
import { VoicebotError } from '../domain/errors.ts';
import { type ModelRole, rolesIn } from '../domain/model-probe.ts';
import { type Config, configSchema } from './schema.ts';

/**
 * Validates the environment.
 * @throws VoicebotError `invalid-config` that names every wrong variable at once.
 */
export function loadConfig(env: Record<string, string | undefined> = process.env): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = configSchema.safeParse(given);
  const problems = parsed.success ? crossCheck(parsed.data) : parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`);
  if (problems.length > 0 || !parsed.success) {
    throw new VoicebotError(
      'invalid-config',
      `The configuration has ${problems.length} problem(s):\n  ${problems.join('\n  ')}`,
      {
        hint: 'Set these variables in the environment or in .env; docs/reference/configuration.md lists them all.',
      },
    );
  }
  return parsed.data;
}

function crossCheck(config: Config): string[] {
  const problems: string[] = [];
  if (config.LLM_ENGINE === 'openai' && !config.OPENAI_BASE_URL)
    problems.push('OPENAI_BASE_URL: needed when LLM_ENGINE is openai');
  if (config.BANK === 'http' && !config.BANK_URL) problems.push('BANK_URL: needed when BANK is http');
  if (config.AUTH === 'off' && !isLoopback(config.HOST)) {
    problems.push(`AUTH: may be off only on this machine; HOST ${config.HOST} lets others in`);
  }
  if (config.AUTH_ISSUER && !config.AUTH_AUDIENCE) problems.push('AUTH_AUDIENCE: needed with AUTH_ISSUER');
  if (config.AUTH_ISSUER && !config.AUTH_ISSUER.startsWith('https:') && !isLoopback(new URL(config.AUTH_ISSUER).hostname)) {
    problems.push('AUTH_ISSUER: must be https, but on this machine');
  }
  if ((config.TLS_CERT_FILE === undefined) !== (config.TLS_KEY_FILE === undefined)) {
    problems.push('TLS_CERT_FILE, TLS_KEY_FILE: one is of no use without the other');
  }
  const ports = { PORT: config.PORT, TEMPORAL_PORT: config.TEMPORAL_PORT, TEMPORAL_UI_PORT: config.TEMPORAL_UI_PORT };
  const entries = Object.entries(ports);
  for (const [index, [name, value]] of entries.entries()) {
    const clash = entries.slice(0, index).find(([, other]) => other === value);
    if (clash) problems.push(`${name}: port ${value} is already used by ${clash[0]}`);
  }
  return problems;
}

const secretNames = /KEY|SECRET|TOKEN|PASSWORD|OTLP_HEADERS/;

/** The configuration as it may be shown: keys hidden, the password of a URL too. */
export function redactedConfig(config: Config): Record<string, unknown> {
  return Object.fromEntries(
    Object.keys(configSchema.shape).map((name) => {
      const value = config[name as keyof Config];
      if (value !== undefined && secretNames.test(name) && !name.endsWith('MAX_TOKENS')) return [name, '(set)'];
      if (typeof value === 'string' && name.endsWith('_URL')) return [name, value.replace(/\/\/([^:@/]*):[^@/]*@/, '//$1:***@')];
      return [name, value ?? null];
    }),
  );
}

/** Folder that holds downloaded and prepared models. */
export function modelCacheDir(config: Config): string {
  return resolve(config.MODEL_CACHE_DIR ?? envPaths('voicebot', { suffix: '' }).cache);
}

/** Where the end of the audit log is written down. */
export const auditAnchorFile = ({ AUDIT_ANCHOR_FILE, DATA_DIR }: Config): string =>
  resolve(AUDIT_ANCHOR_FILE ?? join(DATA_DIR, 'audit-anchors.jsonl'));

/** Whether the API asks who is there. */
export const needsAuthentication = (config: Config): boolean =>
  (config.AUTH ?? (isLoopback(config.HOST) ? 'off' : 'on')) === 'on';

/** From where the Temporal UI asks for what it shows to be decrypted. */
export const temporalUiOrigins = ({ TEMPORAL_UI_ORIGIN: origin, TEMPORAL_UI_PORT: uiPort }: Config): string[] =>
  origin ? [new URL(origin).origin] : [`http://localhost:${uiPort}`, `http://127.0.0.1:${uiPort}`];

/** The base URL of the API on this machine. */
export function localUrl(config: Config): string {
  const host = config.HOST === '0.0.0.0' || config.HOST === '::' ? '127.0.0.1' : config.HOST;
  return `${config.TLS_CERT_FILE ? 'https' : 'http'}://${host}:${config.PORT}`;
}

/** The base URL that workers use for the media pipes. */
export const mediaUrl = (config: Config): string => config.MEDIA_URL ?? localUrl(config);

/** The language model engine that this configuration selects. */
export function llmEngine(config: Config): 'llama' | 'openai' {
  return config.LLM_ENGINE ?? (config.OPENAI_BASE_URL ? 'openai' : 'llama');
}

/** The language model as the scope of answers names it. */
export function modelName(config: Config): string {
  if (llmEngine(config) === 'openai') return config.OPENAI_MODEL;
  return config.MISTRAL_MODEL_PATH ? basename(config.MISTRAL_MODEL_PATH) : config.LLM_MODEL;
}

/** What the language model may do, where that is not left to a probe. */
export const fixedRoles = ({ LLM_MAY }: Config): readonly ModelRole[] | undefined =>
  LLM_MAY === 'probe' ? undefined : rolesIn(LLM_MAY);

/** Steps that one worker of each queue does at a time. */
export function concurrencyOf(config: Config) {
  return {
    calls: config.CALLS_CONCURRENCY,
    stt: config.STT_CONCURRENCY,
    cache: config.CACHE_CONCURRENCY,
    bank: config.BANK_CONCURRENCY,
    llm: config.LLM_CONCURRENCY ?? (llmEngine(config) === 'llama' ? 4 : 32),
    tts: config.TTS_CONCURRENCY,
    records: config.RECORDS_CONCURRENCY,
    telephony: config.TELEPHONY_CONCURRENCY,
  } as const;
}

/** Voices of another speech server, the first one its default, none where no server is set; and those that Zonos imitates. */
export const installedVoices = (config: Config) => ({
  remote: config.SPEECH_BASE_URL ? listed(config.SPEECH_VOICES) : [],
  zonos: listed(config.ZONOS_VOICE_NAMES),
});

/** What stands in a list, separated by commas. */
export const listed = (names: string): string[] =>
  names
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);

/** Where traces go; undefined where they go nowhere. */
export function tracingSettings(config: Config) {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_HEADERS: given, TRACE_SAMPLE_RATIO: sampleRatio } = config;
  if (!endpoint) return undefined;
  const headers = listed(given).map((pair) => {
    const [name = '', ...value] = pair.split('=');
    return [name.trim(), decodeURIComponent(value.join('=').trim())] as const;
  });
  return { endpoint, headers: Object.fromEntries(headers), sampleRatio };
}

/** Who takes calls over, and how. */
export function transferSettings(config: Config) {
  const { TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken } = config;
  return {
    to: config.TRANSFER_TO,
    webhookUrl: config.TRANSFER_WEBHOOK_URL,
    twilio: accountSid && authToken ? { apiUrl: config.TWILIO_API_URL, accountSid, authToken } : undefined,
  };
}

export const canTransfer = (config: Config): boolean => Boolean(config.TRANSFER_TO || config.TRANSFER_WEBHOOK_URL);
