import type { Client } from '@temporalio/client';
import type { Payload } from '@temporalio/common';

/** What a payload holds that Temporal tells in a description, where clients decode nothing by themselves. */
export async function payloadValue(client: Client, payload: Payload): Promise<unknown> {
  const { payloadCodecs, payloadConverter } = client.options.loadedDataConverter;
  let plain = payload;
  for (const codec of [...payloadCodecs].reverse()) plain = (await codec.decode([plain]))[0] ?? plain;
  return payloadConverter.fromPayload(plain);
}
