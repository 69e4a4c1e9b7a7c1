/** Where a version of a message stands. `review`: something about its sound is odd. */
export const messageStates = ['draft', 'review', 'approved', 'rejected'] as const;
export type MessageState = (typeof messageStates)[number];

/** What became of an item of a batch. */
export const itemStates = ['pending', 'created', 'reused', 'failed', 'rejected'] as const;
export type ItemState = (typeof itemStates)[number];

export const batchStates = ['preparing', 'running', 'paused', 'done', 'cancelled'] as const;
export type BatchState = (typeof batchStates)[number];

export type ItemCounts = Readonly<Record<ItemState, number>>;

/** Forms in which a message is kept. */
export const renditions = ['wav', 'opus', 'ulaw'] as const;
export type Rendition = (typeof renditions)[number];

export const renditionTypes: Readonly<Record<Rendition, { readonly extension: string; readonly contentType: string }>> = {
  wav: { extension: 'wav', contentType: 'audio/wav' },
  opus: { extension: 'opus', contentType: 'audio/ogg' },
  ulaw: { extension: 'ulaw.wav', contentType: 'audio/wav' },
};

/** Loudness that telephone speech is brought to, mono (EBU R 128). */
export const speechLoudnessLufs = -19;

/** An engine of none: somebody has spoken it. */
export const recordedEngine = 'recording';
