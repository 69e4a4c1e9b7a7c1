export interface SmartTurnThreadData {
  readonly cacheDir: string;
}

/** The model hears the last 8 s at 16 kHz. */
export const windowSamples = 8 * 16_000;
