import { Client, Connection } from '@temporalio/client';
import type { PayloadCodec } from '@temporalio/common';
import { NativeConnection } from '@temporalio/worker';
import { messageOf, VoicebotError } from '../domain/errors.ts';
import { traceHeaders } from './trace-headers.ts';

export interface TemporalTarget {
  readonly address: string;
  readonly namespace: string;
  readonly apiKey?: string | undefined;
  /** What payloads pass through; in the clear when unset. */
  readonly codec?: PayloadCodec | undefined;
}

/** How clients and workers turn values into payloads. */
export const converterOf = (codec: PayloadCodec | undefined) => ({ dataConverter: { payloadCodecs: codec ? [codec] : [] } });

export interface TemporalConnection {
  readonly client: Client;
  close(): Promise<void>;
}

const connectTimeoutMs = 10_000;

function optionsOf({ address, apiKey }: TemporalTarget) {
  return apiKey ? { address, apiKey, tls: true as const } : { address };
}

function unreachable({ address }: TemporalTarget, error: unknown): VoicebotError {
  return new VoicebotError('dependency-unavailable', `Temporal at ${address} does not answer: ${messageOf(error)}`, {
    retryable: true,
    hint: 'Check TEMPORAL_ADDRESS and that the server runs.',
    cause: error,
  });
}

/**
 * A client of the Temporal frontend. It asks once: its own retries do not end when a request is given up, nor when the connection is
 * closed, where they throw out of a timer. Who can wait asks again (`TemporalRequests`).
 * @throws VoicebotError `dependency-unavailable`.
 */
export async function connectTemporal(target: TemporalTarget): Promise<TemporalConnection> {
  try {
    const connection = await Connection.connect({ ...optionsOf(target), connectTimeout: connectTimeoutMs, interceptors: [] });
    const client = new Client({
      connection,
      namespace: target.namespace,
      ...converterOf(target.codec),
      interceptors: { workflow: [traceHeaders] },
    });
    return { client, close: () => connection.close() };
  } catch (error) {
    throw unreachable(target, error);
  }
}

/** The connection that workers poll on. @throws VoicebotError `dependency-unavailable`. */
export async function connectWorkers(target: TemporalTarget): Promise<NativeConnection> {
  try {
    return await NativeConnection.connect(optionsOf(target));
  } catch (error) {
    throw unreachable(target, error);
  }
}
