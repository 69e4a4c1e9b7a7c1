import { VoicebotError } from '../errors.ts';

export const voiceEngineIds = ['kokoro', 'nari_dia', 'zonos', 'tortoise', 'remote'] as const;
export type VoiceEngineId = (typeof voiceEngineIds)[number];

/** Whose workers speak with an engine. */
export const voiceTaskQueues: Readonly<Record<VoiceEngineId, string>> = {
  kokoro: 'tts',
  nari_dia: 'tts-nari-dia',
  zonos: 'tts-zonos',
  tortoise: 'tts-tortoise',
  remote: 'tts-remote',
};

/** What an engine of quality may take for a reply, and for loading its model before. */
const slowVoiceMs = 3_600_000;

/** How long speech may take that is waited for so long with the live voice. */
export const speechLimitMs = (liveMs: number, style: { readonly engine?: VoiceEngineId | undefined } | undefined): number =>
  style?.engine === undefined || style.engine === 'kokoro' ? liveMs : Math.max(liveMs, slowVoiceMs);

/** What is known of an engine without asking it. */
export interface VoiceEngine {
  readonly id: VoiceEngineId;
  readonly title: string;
  /** Whose workers speak with it. */
  readonly taskQueue: string;
  /** It speaks faster than callers listen, on hardware that it is meant for. */
  readonly realTime: boolean;
  readonly voices: readonly string[];
  /** Further names of voices. */
  readonly aliases: Readonly<Record<string, string>>;
  readonly needs: {
    readonly gpu: 'none' | 'recommended' | 'required';
    /** Of the GPU, in gigabytes (10⁹ bytes); unset where none is needed. */
    readonly gpuMemoryGb?: number;
  };
  /** Seconds of work for a second of speech, as its authors or others tell, until it is measured here. */
  readonly nominalPace: number;
  /** How natural it sounds, in the order that people put the engines in; higher is better. */
  readonly quality: number;
  /** The most text that it speaks well in one go. */
  readonly maxCharacters: number;
  /** Speeds that it can speak at; unset where it has one only. */
  readonly speed?: { readonly min: number; readonly max: number };
  /** Compromises between time and quality, where it has several; the first is the default. */
  readonly presets?: readonly string[];
}

export type VoiceCatalogue = readonly VoiceEngine[];

/** Other ways of writing an engine's name, as in "nari-dia". */
const engineAliases: Readonly<Record<string, VoiceEngineId>> = { nari: 'nari_dia', 'nari-dia': 'nari_dia', dia: 'nari_dia' };

/** @throws VoicebotError `unsupported` that lists the engines. */
/** All names by which engines may be asked for. */
export const voiceEngineNames = [...new Set([...voiceEngineIds, ...Object.keys(engineAliases)])] as [string, ...string[]];

export function engineNamed(catalogue: VoiceCatalogue, name: string): VoiceEngine {
  const id = engineAliases[name] ?? name;
  const engine = catalogue.find((one) => one.id === id);
  if (engine) return engine;
  throw new VoicebotError('unsupported', `There is no engine '${name}'.`, {
    hint: `Engines: ${catalogue.map((one) => one.id).join(', ')}, or auto.`,
  });
}

/** The voice behind a name or alias; the engine's first when unset. @throws VoicebotError `unsupported` that lists the voices. */
export function voiceOf(engine: VoiceEngine, name: string | undefined): string {
  const [first = ''] = engine.voices;
  if (name === undefined || name === '') return engine.aliases.default ?? first;
  const voice = engine.aliases[name] ?? name;
  if (engine.voices.includes(voice)) return voice;
  const aliases = Object.keys(engine.aliases);
  throw new VoicebotError('unsupported', `${engine.title} has no voice '${name}'.`, {
    hint: `Voices: ${engine.voices.join(', ')}${aliases.length > 0 ? `; aliases: ${aliases.join(', ')}` : ''}.`,
  });
}

/** What a voice is wanted for. */
export interface VoicePurpose {
  /** A caller listens while it is made, or nobody does. */
  readonly use: 'live' | 'batch';
  /** Of the longest text. */
  readonly longestCharacters: number;
  /** Of all texts together. */
  readonly totalCharacters: number;
  /** All of it must be there by then; a day when unset. */
  readonly deadlineMs?: number | undefined;
}

/** What is known of engines in this installation. */
export interface EngineOutlook {
  /** A worker speaks with it. */
  readonly available: boolean;
  /** Seconds of work for a second of speech, as measured here; unknown where it has not spoken yet. */
  readonly pace?: number | undefined;
}

export interface EngineChoice {
  readonly engine: VoiceEngine;
  readonly why: string;
}

/** Characters that are spoken in a second: 15 or so in English at an ordinary speed. */
export const charactersPerSecond = 15;
const dayMs = 86_400_000;

/**
 * The engine for a purpose: live, one that speaks in real time; else the best-sounding that is there, can speak the longest text and
 * is done by the deadline. @throws VoicebotError `engine-unavailable` where none is there.
 */
export function chooseEngine(
  catalogue: VoiceCatalogue,
  purpose: VoicePurpose,
  outlook: (engine: VoiceEngine) => EngineOutlook,
): EngineChoice {
  const refused: string[] = [];
  const { use, longestCharacters, totalCharacters, deadlineMs = dayMs } = purpose;
  for (const engine of [...catalogue].sort((a, b) => b.quality - a.quality)) {
    const { available, pace = engine.nominalPace } = outlook(engine);
    const neededMs = (totalCharacters / charactersPerSecond) * pace * 1000;
    if (!available) refused.push(`${engine.id} has no worker`);
    else if (use === 'live' && !engine.realTime) refused.push(`${engine.id} is too slow for a caller who waits`);
    else if (longestCharacters > engine.maxCharacters)
      refused.push(`${engine.id} speaks ${engine.maxCharacters} characters at most`);
    else if (neededMs > deadlineMs) refused.push(`${engine.id} would take ${durationText(neededMs)}`);
    else {
      const chosen = use === 'live' ? 'it speaks in real time' : 'it sounds best of those that can';
      return { engine, why: [chosen, ...refused].join('; ') };
    }
  }
  throw new VoicebotError('engine-unavailable', `No engine can do this: ${refused.join('; ')}.`, {
    retryable: true,
    hint: 'Start a worker of an engine (docs/messages.md), or give it more time.',
  });
}

function durationText(ms: number): string {
  const minutes = ms / 60_000;
  return minutes < 90 ? `${Math.max(1, Math.round(minutes))} min` : `${Math.round(minutes / 60)} h`;
}
