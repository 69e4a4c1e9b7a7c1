// Runs in pages: when the microphone is loud and when something is played, and when either passes the socket, in seconds on one clock.
window.voicebotLevels = [];
const blockSamples = 256;
const threshold = 0.01;
let clock;
const watch = (context, node, who) => {
  clock = context;
  const recorder = context.createScriptProcessor(blockSamples, 1, 1);
  recorder.onaudioprocess = ({ inputBuffer, playbackTime }) => {
    let energy = 0;
    for (const sample of inputBuffer.getChannelData(0)) energy += sample * sample;
    // The clock of the block, not of the thread that looks at it.
    if (Math.sqrt(energy / blockSamples) > threshold) window.voicebotLevels.push([who, playbackTime]);
  };
  nodeConnect.call(node, recorder);
  nodeConnect.call(recorder, context.destination);
};
const nodeConnect = AudioNode.prototype.connect;
AudioNode.prototype.connect = function (...to) {
  const [target] = to;
  if (target instanceof AudioDestinationNode && this instanceof AudioWorkletNode) watch(this.context, this, 'bot');
  if (this instanceof MediaStreamAudioSourceNode && target instanceof AudioWorkletNode) watch(this.context, this, 'caller');
  return nodeConnect.apply(this, to);
};
const passed = (who, buffer, offset = 0, bytes = buffer.byteLength) => {
  let energy = 0;
  for (const sample of new Int16Array(buffer, offset, bytes / 2)) energy += (sample / 32_768) ** 2;
  if (clock && Math.sqrt(energy / (bytes / 2)) > threshold) window.voicebotLevels.push([who, clock.currentTime]);
};
const send = WebSocket.prototype.send;
WebSocket.prototype.send = function (data) {
  if (typeof data !== 'string') passed('caller-sent', data.buffer, data.byteOffset, data.byteLength);
  return send.call(this, data);
};
const listen = WebSocket.prototype.addEventListener;
WebSocket.prototype.addEventListener = function (type, ...rest) {
  if (type === 'message' && !this.voicebotWatched) {
    this.voicebotWatched = true;
    listen.call(this, 'message', ({ data }) => data instanceof ArrayBuffer && passed('bot-came', data));
  }
  return listen.call(this, type, ...rest);
};
