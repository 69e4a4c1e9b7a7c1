/** Frames of the generator a second, and samples of each. */
export const framesPerSecond = 80;
export const frameSamples = 300;
/** Frames on each side that a piece is generated with, so that it equals the same stretch of the whole: with 6 a difference can be measured. */
export const contextFrames = 8;
/** Frames before the first token with a sound, where one may begin early, and after the last, where it dies away. */
export const edgeFrames = { before: 10, after: 8 } as const;

const frameMs = 1000 / framesPerSecond;
const smallestPiece = 18;
const largestPiece = 96;
/** Share of the time until playback runs dry that making the next piece may take. */
const safety = 0.7;

/**
 * Frames of the first piece: as few as let the next one be ready before they are played.
 * @param msPerFrame what a frame takes to generate. @returns undefined where the machine is too slow for pieces.
 */
export function firstPieceFrames(msPerFrame: number): number | undefined {
  const spare = safety * frameMs - msPerFrame;
  if (spare <= 0) return undefined;
  const frames = Math.ceil((2 * contextFrames * msPerFrame) / spare);
  return frames > largestPiece ? undefined : Math.max(smallestPiece, frames);
}

/** Frames of a further piece: the more is there to be played, the larger, because context costs the same for each. */
export function nextPieceFrames(aheadMs: number, msPerFrame: number): number {
  const frames = Math.floor((safety * aheadMs) / msPerFrame) - 2 * contextFrames;
  return Math.min(largestPiece, Math.max(smallestPiece, frames));
}

/** What a frame takes to generate, as the last pieces have shown. */
export class PieceSpeed {
  /** Before anything is measured: a third of real time. */
  msPerFrame = frameMs / 3;

  /** @param frames of the piece, without context. */
  measured(frames: number, tookMs: number): void {
    const now = tookMs / (frames + 2 * contextFrames);
    this.msPerFrame += (now - this.msPerFrame) * 0.3;
  }
}
