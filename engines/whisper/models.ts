export const whisperModels = ['tiny', 'tiny.en', 'base', 'small', 'medium', 'large'] as const;
export type WhisperModel = (typeof whisperModels)[number];

/** Whisper's rate; its window is 30 s of it. */
export const whisperSampleRateHz = 16_000;
export const windowSeconds = 30;
