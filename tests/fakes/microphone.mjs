// A microphone for tests: writes the samples of a file (16-bit, 16 kHz, raw) as fast as a person speaks, then silence until it is stopped.
import { readFileSync } from 'node:fs';

const words = readFileSync(process.argv[2]);
const frameBytes = 640;
const startedAt = performance.now();
for (let frame = 0; ; frame++) {
  const piece = Buffer.alloc(frameBytes);
  words.copy(piece, 0, frame * frameBytes, (frame + 1) * frameBytes);
  process.stdout.write(piece);
  await new Promise((done) => setTimeout(done, Math.max(0, startedAt + (frame + 1) * 20 - performance.now())));
}
