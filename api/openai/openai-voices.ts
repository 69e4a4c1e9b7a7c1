/**
 * Voices of OpenAI's speech API by the nearest of Kokoro's: clients send one even where nobody has chosen. Names that are not here are
 * taken as they are.
 */
const kokoroVoices: Readonly<Record<string, string>> = {
  alloy: 'af_alloy',
  ash: 'am_adam',
  ballad: 'bm_george',
  cedar: 'am_michael',
  coral: 'af_heart',
  echo: 'am_echo',
  fable: 'bm_fable',
  marin: 'af_bella',
  nova: 'af_nova',
  onyx: 'am_onyx',
  sage: 'af_sarah',
  shimmer: 'af_sky',
  verse: 'am_liam',
};

export const voiceNamed = (name: string): string => (Object.hasOwn(kokoroVoices, name) ? (kokoroVoices[name] ?? name) : name);
