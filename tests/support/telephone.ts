import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { WebSocket } from 'ws';
import { encodeFrame, FrameReader, frameKinds } from '../../api/telephony/audiosocket-frames.ts';
import { fromMuLaw, toMuLaw } from '../../audio/mulaw.ts';
import { fromPcm16 } from '../../audio/pcm.ts';

const frameMs = 20;

/** A microphone at 8 kHz that never stops. */
function microphone(send: (frame: Int16Array) => void) {
  let pending: Int16Array = new Int16Array(0);
  const silence = new Int16Array(160);
  const timer = setInterval(() => {
    const frame = pending.length >= 160 ? pending.subarray(0, 160) : silence;
    pending = pending.subarray(160);
    send(frame);
  }, frameMs);
  return {
    say: (samples: Int16Array) => {
      pending = samples;
    },
    stop: () => clearInterval(timer),
  };
}

/** A caller as Asterisk connects them. */
export async function dialAudioSocket(port: number, uuid: string) {
  const socket = connectTcp(port, '127.0.0.1');
  await once(socket, 'connect');
  const audio: Uint8Array[] = [];
  const kinds: number[] = [];
  const reader = new FrameReader();
  socket.on('data', (bytes) => {
    for (const { kind, payload } of reader.push(bytes)) {
      kinds.push(kind);
      if (kind === frameKinds.audio) audio.push(payload);
    }
  });
  socket.on('error', () => {});
  socket.write(encodeFrame(frameKinds.id, Buffer.from(uuid.replaceAll('-', ''), 'hex')));
  const heard = () => fromPcm16(Buffer.concat(audio));
  const mic = microphone((frame) => {
    if (socket.writable)
      socket.write(encodeFrame(frameKinds.audio, new Uint8Array(frame.buffer, frame.byteOffset, frame.byteLength)));
  });
  return { socket, kinds, heard, mic };
}

/** The audio of a caller as Twilio connects it. @param twiml what its webhook answered. */
export async function streamTwilio(apiUrl: string, callSid: string, twiml: string) {
  const token = /name="token" value="([^"]+)"/.exec(twiml)?.[1] ?? '';
  const socket = new WebSocket(`${apiUrl.replace('http', 'ws')}/telephony/twilio/media`);
  await once(socket, 'open');
  const events: { event: string; mark?: { name: string } }[] = [];
  const audio: Uint8Array[] = [];
  socket.on('message', (data) => {
    const message = JSON.parse(data.toString());
    events.push(message);
    if (message.event === 'media') audio.push(Buffer.from(message.media.payload, 'base64'));
  });
  const send = (message: object) => {
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
  };
  send({ event: 'connected', protocol: 'Call', version: '1.0.0' });
  send({
    event: 'start',
    streamSid: 'MZ1',
    start: { callSid, streamSid: 'MZ1', tracks: ['inbound'], customParameters: { token } },
  });
  const mic = microphone((frame) =>
    send({
      event: 'media',
      streamSid: 'MZ1',
      media: { track: 'inbound', payload: Buffer.from(toMuLaw(frame)).toString('base64') },
    }),
  );
  const heard = () => Float32Array.from(fromMuLaw(Buffer.concat(audio)), (sample) => sample / 32_768);
  return { socket, events, heard, mic, send };
}
