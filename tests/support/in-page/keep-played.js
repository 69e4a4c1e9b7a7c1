// Runs in pages: keeps what they play, mono at the context's rate. The track is read as it comes and waits meanwhile: a busy page loses nothing.
window.voicebotPlayed = [];
const longestWaitBlocks = 60_000;
const connect = AudioNode.prototype.connect;
const recorders = new WeakMap();
const keep = async (track) => {
  const reader = new MediaStreamTrackProcessor({ track, maxBufferSize: longestWaitBlocks }).readable.getReader();
  for (let { value } = await reader.read(); value; { value } = await reader.read()) {
    const samples = new Float32Array(value.numberOfFrames);
    value.copyTo(samples, { planeIndex: 0, format: 'f32-planar' });
    value.close();
    window.voicebotPlayed.push(samples);
  }
};
const recorderOf = (context) => {
  const known = recorders.get(context);
  if (known) return known;
  const recorder = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
  void keep(recorder.stream.getAudioTracks()[0]);
  recorders.set(context, recorder);
  return recorder;
};
AudioNode.prototype.connect = function (...to) {
  if (to[0] instanceof AudioDestinationNode) connect.call(this, recorderOf(this.context));
  return connect.apply(this, to);
};
