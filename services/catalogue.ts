import { VoicebotError } from '../domain/errors.ts';
import type { TaskQueue } from '../workflows/definitions.ts';

/** The six services that the platform is taken apart into: each a process with a port of its own. */
export const serviceNames = [
  'orchestrator-core',
  'stt-service',
  'llm-service',
  'tts-service',
  'cache-service',
  'analytics-service',
] as const;
export type ServiceName = (typeof serviceNames)[number];

export interface ServiceDescription {
  readonly summary: string;
  /** Where it listens unless PORT says otherwise. */
  readonly port: number;
  /** Queues whose workers it runs. */
  readonly queues: readonly TaskQueue[];
  /** It serves the API. */
  readonly api: boolean;
  /** Without a database it cannot work at all; the others need one to know who asks them directly. */
  readonly needsDatabase: boolean;
}

export const services: Readonly<Record<ServiceName, ServiceDescription>> = {
  'orchestrator-core': {
    summary: 'The API, the call workflows, and the steps at the bank, of records and of telephony.',
    port: 8000,
    queues: ['calls', 'records', 'telephony', 'bank'],
    api: true,
    needsDatabase: true,
  },
  'stt-service': {
    summary: 'Speech to text: Silero and Whisper.',
    port: 8001,
    queues: ['stt'],
    api: false,
    needsDatabase: false,
  },
  'llm-service': {
    summary: 'The language model, with its adapters.',
    port: 8002,
    queues: ['llm'],
    api: false,
    needsDatabase: false,
  },
  'tts-service': {
    summary: 'Text to speech: Kokoro, and a remote speech server where one is set.',
    port: 8003,
    queues: ['tts'],
    api: false,
    needsDatabase: false,
  },
  'cache-service': {
    summary: 'Understanding: router, cached answers, articles.',
    port: 8004,
    queues: ['cache'],
    api: false,
    needsDatabase: true,
  },
  'analytics-service': {
    summary: 'Reports from what calls have left in the database. It takes no part in calls.',
    port: 8005,
    queues: [],
    api: false,
    needsDatabase: true,
  },
};

/** @throws VoicebotError `invalid-request` for a name that is none of them. */
export function serviceNamed(name: string): ServiceName {
  const found = serviceNames.find((one) => one === name);
  if (found) return found;
  throw new VoicebotError('invalid-request', `There is no service '${name}'.`, { hint: `Services: ${serviceNames.join(', ')}.` });
}
