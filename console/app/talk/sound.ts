/** The microphone and the loudspeaker of this browser, for a call at 24 kHz. */

export interface SoundListener {
  /** PCM16 at 24 kHz, 10 ms. */
  heard(pcm: Uint8Array, level: number): void;
  played(state: { readonly level: number; readonly playing: boolean; readonly waitingMs: number }): void;
}

/** Why there is no microphone, in words that say what to do. */
export class NoMicrophone extends Error {
  readonly hint: string;

  constructor(cause: unknown) {
    const { name = '' } = cause as { name?: string };
    const [message, hint] = reasons[name] ?? ['The microphone is not available.', 'You can type instead.'];
    super(message, { cause });
    this.hint = hint;
  }
}

const reasons: Readonly<Record<string, readonly [string, string]>> = {
  NotAllowedError: [
    'The browser blocked the microphone.',
    "Allow it with the icon beside the address or in the browser's settings, then call again. You can type meanwhile.",
  ],
  NotFoundError: ['No microphone found.', 'Connect one and call again. You can type meanwhile.'],
  NotReadableError: ['Another program is using the microphone.', 'Close it there and call again. You can type meanwhile.'],
  InsecureContext: [
    'Browsers allow the microphone only over HTTPS or on localhost.',
    'Open the console over https:// (set TLS_CERT_FILE, or use a proxy) or on localhost.',
  ],
};

const rateHz = 48_000;

export class Sound {
  readonly #context: AudioContext;
  readonly #speaker: AudioWorkletNode;
  readonly #stream: MediaStream | undefined;
  #muted = false;

  private constructor(context: AudioContext, speaker: AudioWorkletNode, stream: MediaStream | undefined) {
    this.#context = context;
    this.#speaker = speaker;
    this.#stream = stream;
  }

  /**
   * @param assets where the two programs of the audio thread are.
   * @throws NoMicrophone.
   */
  static async open(listener: SoundListener, assets: string): Promise<Sound> {
    const stream = await microphone();
    const context = new AudioContext({ sampleRate: rateHz, latencyHint: 'interactive' });
    try {
      await Promise.all(['microphone', 'speaker'].map((name) => context.audioWorklet.addModule(`${assets}/${name}.js`)));
      const source = context.createMediaStreamSource(stream);
      const ears = new AudioWorkletNode(context, 'microphone', {
        numberOfInputs: 1,
        numberOfOutputs: 0,
        channelCount: 1,
        channelCountMode: 'explicit',
      });
      const speaker = new AudioWorkletNode(context, 'speaker', { numberOfInputs: 0, outputChannelCount: [1] });
      const sound = new Sound(context, speaker, stream);
      ears.port.onmessage = ({ data }: MessageEvent<{ pcm: ArrayBuffer; level: number }>) => {
        if (sound.#muted) return listener.heard(new Uint8Array(data.pcm.byteLength), 0);
        listener.heard(new Uint8Array(data.pcm), data.level);
      };
      speaker.port.onmessage = ({ data }) => listener.played(data);
      source.connect(ears);
      speaker.connect(context.destination);
      await context.resume();
      return sound;
    } catch (error) {
      for (const track of stream.getTracks()) track.stop();
      await context.close();
      throw error;
    }
  }

  set muted(muted: boolean) {
    this.#muted = muted;
  }

  /** Whether the browser lets it sound: without a click or a key of the person it may not. */
  get running(): boolean {
    return this.#context.state === 'running';
  }

  play(pcm: Uint8Array): void {
    const copy = pcm.slice().buffer;
    this.#speaker.port.postMessage(copy, [copy]);
  }

  /** Forgets what was not played yet. */
  drop(): void {
    this.#speaker.port.postMessage('drop');
  }

  async close(): Promise<void> {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    if (this.#context.state !== 'closed') await this.#context.close();
  }
}

async function microphone(): Promise<MediaStream> {
  if (!navigator.mediaDevices) throw new NoMicrophone({ name: 'InsecureContext' });
  try {
    const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 };
    return await navigator.mediaDevices.getUserMedia({ audio });
  } catch (error) {
    throw new NoMicrophone(error);
  }
}
