// Runs in pages: what they have played, as PCM16 in Base64.
(() => {
  const kept = window.voicebotPlayed;
  const pcm = new Int16Array(kept.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of kept) for (const sample of part) pcm[at++] = Math.round(Math.max(-1, Math.min(1, sample)) * 32_767);
  const bytes = new Uint8Array(pcm.buffer);
  let binary = '';
  for (let i = 0; i < bytes.length; i += 32_768) binary += String.fromCharCode(...bytes.subarray(i, i + 32_768));
  return btoa(binary);
})();
