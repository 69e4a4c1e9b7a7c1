// Runs in pages: keeps what they play, mono at the context's rate.
window.voicebotPlayed = [];
const connect = AudioNode.prototype.connect;
const recorders = new WeakMap();
const recorderOf = (context) => {
  const known = recorders.get(context);
  if (known) return known;
  const recorder = context.createScriptProcessor(4096, 1, 1);
  recorder.onaudioprocess = ({ inputBuffer }) => window.voicebotPlayed.push(inputBuffer.getChannelData(0).slice());
  connect.call(recorder, context.destination);
  recorders.set(context, recorder);
  return recorder;
};
AudioNode.prototype.connect = function (...to) {
  if (to[0] instanceof AudioDestinationNode && !(this instanceof ScriptProcessorNode))
    connect.call(this, recorderOf(this.context));
  return connect.apply(this, to);
};
