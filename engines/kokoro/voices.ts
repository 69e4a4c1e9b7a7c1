import { kokoroVoiceSha256 } from '../../artifacts/kokoro-voices.ts';
import { VoicebotError } from '../../domain/errors.ts';

export type KokoroVoice = keyof typeof kokoroVoiceSha256;
export type Accent = 'en-us' | 'en-gb';

export const kokoroVoices = Object.keys(kokoroVoiceSha256) as KokoroVoice[];

export const kokoroAliases: Readonly<Record<string, KokoroVoice>> = {
  default: 'af_bella',
  female: 'af_bella',
  male: 'am_michael',
  neutral: 'af_heart',
};

/** Further languages that Kokoro has voices for, but no maintained phonemizer exists here. */
const unspoken = new Set(['es', 'fr', 'hi', 'it', 'ja', 'pt', 'zh']);

/** The voice behind a name or alias. @throws VoicebotError `unsupported` that lists the voices. */
export function resolveVoice(name: string): KokoroVoice {
  const voice = kokoroAliases[name] ?? name;
  if (voice in kokoroVoiceSha256) return voice as KokoroVoice;
  throw new VoicebotError('unsupported', `Kokoro has no voice '${name}'.`, {
    hint: `Voices: ${kokoroVoices.join(', ')}; aliases: ${Object.keys(kokoroAliases).join(', ')}.`,
  });
}

/** The accent for a language setting; plain `en` follows the voice. @throws VoicebotError `unsupported`. */
export function resolveAccent(language: string, voice: KokoroVoice): Accent {
  const wanted = language.toLowerCase();
  if (wanted === 'en') return voice.startsWith('b') ? 'en-gb' : 'en-us';
  if (wanted === 'en-us' || wanted === 'en-gb') return wanted;
  const known = unspoken.has(wanted.slice(0, 2));
  throw new VoicebotError('unsupported', `Kokoro does not speak '${language}' here.`, {
    hint: known
      ? 'The model has voices for it, but no phonemizer for that language is built in; en, en-us and en-gb work.'
      : 'en, en-us and en-gb work.',
  });
}
