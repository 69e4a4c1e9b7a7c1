import { ArtifactError } from '../../artifacts/errors.ts';
import { VoicebotError } from '../../domain/errors.ts';

const codes = { unavailable: 'artifact-unavailable', corrupt: 'artifact-corrupt', 'disk-full': 'disk-full' } as const;

/** An error of the artifact store as the product's own; anything else as it is. */
export function fromArtifactError(error: unknown): unknown {
  if (!(error instanceof ArtifactError)) return error;
  return new VoicebotError(codes[error.code], error.message, {
    hint: error.hint,
    retryable: error.code !== 'disk-full',
    cause: error,
  });
}
