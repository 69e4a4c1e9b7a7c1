/** Why a file could not be had. Mapped to the product's own errors by those who use the store. */
export class ArtifactError extends Error {
  readonly code: 'unavailable' | 'corrupt' | 'disk-full';
  readonly hint: string;

  constructor(code: ArtifactError['code'], message: string, hint: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ArtifactError';
    this.code = code;
    this.hint = hint;
  }
}

/** True for the ways an operating system, pip or npm says that the disk is full. */
export function saysDiskFull(error: unknown): boolean {
  const text = error instanceof Error ? `${(error as NodeJS.ErrnoException).code ?? ''} ${error.message}` : String(error);
  return /ENOSPC|no space left|EDQUOT|disk quota/i.test(text);
}

export function diskFull(
  folder: string,
  neededBytes: number | undefined,
  freeBytes: number | undefined,
  cause?: unknown,
): ArtifactError {
  const mb = (bytes: number) => `${Math.ceil(bytes / 1e6)} MB`;
  const amounts = [
    neededBytes === undefined ? '' : ` ${mb(neededBytes)} are needed`,
    freeBytes === undefined ? '' : ` ${mb(freeBytes)} are free`,
  ].filter(Boolean);
  return new ArtifactError(
    'disk-full',
    `The disk of ${folder} is full${amounts.length > 0 ? `:${amounts.join(',')}` : ''}.`,
    'Free some space, or set MODEL_CACHE_DIR to a folder on a larger disk. What was fetched so far is kept.',
    cause,
  );
}
