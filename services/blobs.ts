import { resolve } from 'node:path';
import type { Config } from '../config/schema.ts';
import type { BlobCipher } from '../db/blob-cipher.ts';
import { type BlobStore, openBlobs } from '../db/blobs.ts';

/** The blob store of the configuration. @param cipher without one, blobs are as they lie there: what is encrypted stays so. */
export const blobsOf = (config: Config, cipher?: BlobCipher): Promise<BlobStore> =>
  openBlobs({ url: config.BLOB_URL, s3Endpoint: config.BLOB_S3_ENDPOINT, dataDir: resolve(config.DATA_DIR), cipher });
