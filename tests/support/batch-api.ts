import { until } from './until.ts';

export interface Counts {
  pending: number;
  created: number;
  reused: number;
  failed: number;
  rejected: number;
}
export interface Batch {
  id: string;
  state: string;
  counts: Counts;
  running: number | null;
  code?: string;
  detail?: string;
}
export interface Version {
  version: number;
  state: string;
  text: string;
  decidedBy: string | null;
  findings: string[];
  batchId: string | null;
}
export interface Item {
  line: number;
  key: string;
  state: string;
  version: number | null;
  errorCode: string | null;
}

const numbered = (name: string, n: number) =>
  Array.from({ length: n }, (_, i) => ({ key: `${name}/${i}`, text: `This is message ${i} of ${name}.` }));

/** What tests ask of the API about batches and messages. @param url where it is now. */
export function batchApi(url: () => string) {
  async function ask<T = Batch>(method: string, path: string, body?: unknown, type = 'application/json') {
    const sent = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
    const init = body === undefined ? { method } : { method, headers: { 'Content-Type': type }, body: sent as string };
    const response = await fetch(url() + path, init);
    return { status: response.status, body: (await response.json()) as T };
  }
  return {
    ask,
    /** Rows that nothing else says. */
    numbered,
    ended: (id: string) =>
      until(`batch ${id} has ended`, async () => {
        const { body } = await ask('GET', `/batches/${id}`);
        return (body.state === 'done' || body.state === 'cancelled') && body;
      }),
    items: async (id: string) => (await ask<{ items: Item[] }>('GET', `/batches/${id}/items?limit=1000`)).body.items,
    message: (key: string) =>
      ask<{ playedVersion: number | null; versions: Version[] }>('GET', `/messages/${encodeURIComponent(key)}`),
  };
}
