import { toPcm16 } from '../../audio/pcm.ts';
import { resample } from '../../audio/resample.ts';
import { decodeWav } from '../../audio/wav.ts';
import type { BlobStore } from '../../db/blobs.ts';
import { recordingsFor } from '../../db/message-recordings.ts';
import type { Database } from '../../db/open.ts';
import { inTenant } from '../../db/scope.ts';

export interface RecordedPrompt {
  readonly text: string;
  /** PCM16 mono at the rate of the live voice. */
  readonly pcm: Uint8Array;
}

export interface RecordedPromptsOptions {
  readonly db: Database;
  readonly blobs: Pick<BlobStore, 'find'>;
  readonly tenant: string;
  readonly rateHz: number;
}

/** Approved messages that calls play by their keys; looked up again and again, so that what is approved is soon heard. */
export class RecordedPrompts<Name extends string> {
  readonly #options: RecordedPromptsOptions;
  readonly #keys: Readonly<Record<Name, string>>;
  readonly #known = new Map<Name, RecordedPrompt & { readonly blobKey: string }>();

  constructor(keys: Readonly<Record<Name, string>>, options: RecordedPromptsOptions) {
    this.#keys = keys;
    this.#options = options;
  }

  find(name: Name): RecordedPrompt | undefined {
    return this.#known.get(name);
  }

  async refresh(): Promise<void> {
    const { db, blobs, tenant, rateHz } = this.#options;
    const all = await inTenant(tenant, () => recordingsFor(db, tenant, Object.values<string>(this.#keys)));
    for (const [name, key] of Object.entries(this.#keys) as [Name, string][]) {
      const played = all.get(key);
      if (played?.blobKey === this.#known.get(name)?.blobKey) continue;
      const wav = played && (await blobs.find(played.blobKey));
      if (!wav) this.#known.delete(name);
      else this.#known.set(name, { ...played, pcm: toPcm16(await resample(decodeWav(wav, Number.POSITIVE_INFINITY), rateHz)) });
    }
  }
}
