import { configSchema } from '../../config/schema.ts';
import type { ReleaseBounds } from '../../domain/endpointing/completeness.ts';

const { RELEASE_MIN_MS, RELEASE_MAX_MS } = configSchema.shape;

/** How long a line waits by default. */
export const liveBounds: ReleaseBounds = { minMs: RELEASE_MIN_MS.parse(undefined), maxMs: RELEASE_MAX_MS.parse(undefined) };
