import type { SpeechStyle } from '../../domain/call.ts';
import type { Line } from '../../domain/line.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { CallService, OpenedCall } from '../calls.ts';
import type { LineCodec } from './audio-format.ts';
import type { EarEngines, EarSettings } from './ears.ts';
import type { LiveLines } from './live-lines.ts';
import type { HeardBefore } from './owed-reply.ts';
import type { LiveEvent } from './protocol.ts';
import type { TenantPrompts } from './tenant-prompts.ts';

/** Where a caller is: a socket, a telephone line. */
export interface CallerLine {
  readonly line: Line;
  /** Audio in the line's format, 20 ms at a time. */
  sendAudio(bytes: Uint8Array): void;
  /** Forget audio that was sent and not played yet. */
  dropAudio(): void;
  sendEvent(event: LiveEvent): void;
  /** The call is over. */
  close(): void;
  /** Asks the caller's client to connect anew, where it is one that does. */
  restart?(): void;
}

export interface LiveSettings extends EarSettings {
  /** Dead air after which a filler is played. */
  readonly fillerMs: number;
  /** Silence after which the caller is asked whether they are there, and the same again until the call ends; 0: never. */
  readonly idleMs: number;
}

export interface LiveDependencies {
  readonly calls: CallService;
  readonly engines: EarEngines;
  /** What each tenant's calls play. */
  readonly prompts: Pick<TenantPrompts, 'of'>;
  readonly settings: LiveSettings;
  readonly voiceRateHz: number;
  /** Where people listen in. */
  readonly lines: LiveLines;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'waited' | 'waitParts' | 'bargeIns'>;
}

export interface LiveCallOptions extends OpenedCall {
  readonly sessionId: string;
  readonly style: SpeechStyle;
  readonly language: string | undefined;
  readonly greet: boolean;
  readonly heard?: HeardBefore | undefined;
  readonly codec: LineCodec;
}
