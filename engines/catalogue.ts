import { type VoiceCatalogue, voiceTaskQueues } from '../domain/voices/engine.ts';
import { kokoroAliases, kokoroVoices } from './kokoro/voices.ts';

/** The 20 voices that the original platform names; the package brings recordings of each. */
const tortoiseVoices = [
  ...['angie', 'daniel', 'deniro', 'emma', 'freeman', 'geralt', 'halle', 'jlaw', 'lj', 'mol', 'myself', 'pat', 'rainbow'],
  ...['tom', 'train_atkins', 'train_dotrice', 'train_kennard', 'weaver', 'william', 'snakes'],
];

/**
 * The engines that speak. Paces of those on a GPU are what their authors tell of one RTX 4090 (Zonos, Dia) or what users report
 * (Tortoise, preset `fast`); Kokoro's is of two CPU cores.
 */
export const voiceCatalogue: VoiceCatalogue = [
  {
    id: 'kokoro',
    title: 'Kokoro',
    taskQueue: voiceTaskQueues.kokoro,
    realTime: true,
    voices: kokoroVoices,
    aliases: kokoroAliases,
    needs: { gpu: 'none' },
    nominalPace: 0.4,
    quality: 1,
    maxCharacters: 5_000,
    speed: { min: 0.5, max: 2 },
  },
  {
    id: 'nari_dia',
    title: 'Nari Dia 1.6B',
    taskQueue: voiceTaskQueues.nari_dia,
    realTime: false,
    voices: ['S1', 'S2'],
    aliases: { default: 'S1' },
    needs: { gpu: 'required', gpuMemoryGb: 6 },
    nominalPace: 12,
    quality: 3,
    // Beyond half a minute of speech it hurries and skips.
    maxCharacters: 400,
  },
  {
    id: 'zonos',
    title: 'Zonos',
    taskQueue: voiceTaskQueues.zonos,
    realTime: false,
    voices: ['default'],
    aliases: {},
    needs: { gpu: 'recommended', gpuMemoryGb: 6 },
    nominalPace: 0.5,
    quality: 2,
    maxCharacters: 400,
    speed: { min: 0.5, max: 2 },
  },
  {
    id: 'tortoise',
    title: 'Tortoise',
    taskQueue: voiceTaskQueues.tortoise,
    realTime: false,
    voices: tortoiseVoices,
    aliases: { default: 'train_dotrice' },
    needs: { gpu: 'required', gpuMemoryGb: 8 },
    nominalPace: 60,
    quality: 4,
    maxCharacters: 1_000,
    presets: ['fast', 'ultra_fast', 'standard', 'high_quality'],
  },
];

/** Voices that an installation has made itself, or has elsewhere. */
export interface InstalledVoices {
  /** Of another server; it is in the catalogue where it has one. */
  readonly remote: readonly string[];
  /** Recordings that Zonos imitates, beside its default. */
  readonly zonos: readonly string[];
}

/** The catalogue of an installation. */
export function installedCatalogue({ remote, zonos }: InstalledVoices): VoiceCatalogue {
  const own = voiceCatalogue.map((engine) =>
    engine.id === 'zonos' ? { ...engine, voices: [...new Set([...engine.voices, ...zonos])] } : engine,
  );
  return remote.length === 0
    ? own
    : [
        ...own,
        {
          id: 'remote',
          title: 'The remote speech server',
          taskQueue: voiceTaskQueues.remote,
          // Nobody here knows: it is taken where it is named, and by nobody's choice before the others.
          realTime: false,
          nominalPace: 1,
          quality: 0,
          voices: remote,
          aliases: {},
          needs: { gpu: 'none' },
          maxCharacters: 4_096,
          speed: { min: 0.25, max: 4 },
        },
      ];
}
