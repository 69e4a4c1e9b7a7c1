import { ConnectionClosed, LiveClient, type LiveEvent, type LiveEvents } from '../../../client/live-client.ts';
import { isFinal, reconnect } from '../../../client/reconnect.ts';
import { Sound } from './sound.ts';

export type Floor = 'idle' | 'connecting' | 'listening' | 'caller' | 'thinking' | 'bot' | 'reconnecting' | 'ended';

export interface SpokenTurn {
  readonly turn: number;
  readonly caller: string;
  readonly partial: boolean;
  readonly bot: string;
  /** What was heard of it, where the caller took the floor. */
  readonly heard?: string | undefined;
  readonly metrics?: LiveEvents['turn.metrics'] | undefined;
  /** What network and browser add: by how much longer the caller waited here than the service says. */
  readonly networkMs?: number | undefined;
  /** From the caller's last sound at this microphone to the first sound of the reply at this loudspeaker. */
  readonly waitedMs?: number | undefined;
  readonly written?: boolean | undefined;
  readonly source?: string | undefined;
}

export interface CallState {
  readonly floor: Floor;
  readonly sessionId: string | undefined;
  readonly turns: readonly SpokenTurn[];
  readonly startedAt: number | undefined;
  readonly ended: string | undefined;
  readonly error: unknown;
  readonly muted: boolean;
  /** The browser wants a click before it lets anything sound. */
  readonly silenced: boolean;
}

export interface CallOptions {
  readonly baseUrl: string;
  readonly sessionId: string;
  readonly token: () => Promise<string | undefined>;
  readonly voice?: string | undefined;
  readonly engine?: string | undefined;
  readonly speed?: number | undefined;
  readonly language?: string | undefined;
  readonly greet?: boolean;
  /** Where the programs of the audio thread are. */
  readonly assets: string;
}

export interface Levels {
  readonly caller: number;
  readonly bot: number;
}

const nothing: CallState = {
  floor: 'idle',
  sessionId: undefined,
  turns: [],
  startedAt: undefined,
  ended: undefined,
  error: undefined,
  muted: false,
  silenced: false,
};
/** Root mean square above which a microphone hears somebody. */
const loud = 0.012;
/** Longer is no network: the caller was heard before they spoke to the bot. */
const mostNetworkMs = 2_000;

function networkOf(waitedMs: number | undefined, { voiceToVoiceMs }: LiveEvents['turn.metrics']): Pick<SpokenTurn, 'networkMs'> {
  const more = waitedMs === undefined ? undefined : waitedMs - voiceToVoiceMs;
  return more === undefined || more < 0 || more > mostNetworkMs ? {} : { networkMs: more };
}

/** Turns that are shown; a call of hours is looked at by its page. */
const keptTurns = 200;

/** One call in this browser: microphone, loudspeaker, socket, and what was said. A socket that breaks is opened anew. */
export class BrowserCall {
  #state: CallState = nothing;
  readonly #listeners = new Set<() => void>();
  #options: CallOptions | undefined;
  #client: LiveClient | undefined;
  #sound: Sound | undefined;
  #heard: LiveClient['heard'];
  /** Counts calls: what is left of an earlier one changes nothing. */
  #run = 0;
  #levels: Levels = { caller: 0, bot: 0 };

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  readonly snapshot = (): CallState => this.#state;

  /** Root mean square of what was heard and played last, 0 to 1. */
  get levels(): Levels {
    return this.#levels;
  }

  get active(): boolean {
    return !['idle', 'ended'].includes(this.#state.floor);
  }

  /** Begins a call, or goes on with one. @throws NoMicrophone, ConnectionClosed. */
  async start(options: CallOptions, goingOn = false): Promise<void> {
    await this.leave();
    const run = ++this.#run;
    this.#options = options;
    this.#set({ ...nothing, floor: 'connecting', sessionId: options.sessionId });
    try {
      const sound = await Sound.open(
        {
          heard: (pcm, level) => {
            this.#levels = { ...this.#levels, caller: level };
            if (level > loud) this.#loudAt = performance.now();
            if (this.#client?.isOpen) this.#client.sendAudio(pcm);
          },
          played: ({ level, playing, waitingMs }) => {
            this.#levels = { ...this.#levels, bot: level };
            this.#sounds(playing, waitingMs);
          },
        },
        options.assets,
      );
      if (run !== this.#run) return void sound.close();
      this.#sound = sound;
      await this.#connect(run, options.greet ?? !goingOn);
      this.#set({ startedAt: Date.now(), silenced: !sound.running });
    } catch (error) {
      if (run !== this.#run) return;
      await this.#closeSound();
      this.#set({ floor: 'idle', error });
      throw error;
    }
  }

  /** When the caller was heard last. */
  #loudAt = 0;
  /** The reply whose first sound is awaited, and since when. */
  #awaited: { readonly turn: number; readonly since: number } | undefined;

  /** A reply is under way, and not all of it has come. */
  #replying = false;

  async #connect(run: number, greet: boolean): Promise<void> {
    const { baseUrl, sessionId, voice, engine, speed, language, token } = this.#options as CallOptions;
    const client = await LiveClient.connect({
      ...{ baseUrl, sessionId, voice, speed, language, greet, heard: this.#heard, token: await token() },
      engine: engine as never,
      format: { encoding: 'pcm16', sampleRateHz: 24_000 },
      onAudio: (bytes) => this.#sound?.play(bytes),
      onEvent: (event) => run === this.#run && this.#follow(event),
    });
    if (run !== this.#run) return void client.close();
    this.#client = client;
    this.#set({ floor: 'listening', error: undefined });
    void client.closed.then((closed) => run === this.#run && void this.#lost(run, closed));
  }

  /** The socket broke: the call goes on, and so does this. */
  async #lost(run: number, closed: ConnectionClosed): Promise<void> {
    this.#heard = this.#client?.heard ?? this.#heard;
    this.#client = undefined;
    this.#sound?.drop();
    if (this.#state.floor === 'ended') return;
    if (isFinal(closed)) return this.#over(closed.code === 1000 ? 'ended' : closed.message);
    this.#set({ floor: 'reconnecting' });
    try {
      await reconnect(
        () => this.#connect(run, false),
        () => run === this.#run,
      );
    } catch (error) {
      if (run !== this.#run) return;
      this.#over(error instanceof ConnectionClosed && isFinal(error) ? error.message : 'The service could not be reached.');
    }
  }

  #follow(event: LiveEvent): void {
    switch (event.type) {
      case 'speech.started':
        return this.#set({ floor: 'caller' });
      case 'transcript.partial':
        this.#turn(event.turn, { caller: event.text, partial: true });
        return;
      case 'transcript.final':
        this.#turn(event.turn, { caller: event.text, partial: false });
        return this.#set({ floor: 'thinking' });
      case 'reply.started':
        this.#replying = true;
        this.#awaited = { turn: event.turn, since: this.#loudAt };
        return this.#set({ floor: 'bot' });
      case 'reply.text':
        return this.#turn(event.turn, ({ bot }) => ({ bot: bot ? `${bot} ${event.text}` : event.text }));
      case 'reply.paused':
        this.#sound?.drop();
        return this.#set({ floor: 'caller' });
      case 'reply.resumed':
        return this.#set({ floor: 'bot' });
      case 'interrupted':
        this.#sound?.drop();
        this.#replying = false;
        return this.#turn(event.turn, { heard: event.heardText });
      case 'reply.done':
        this.#replying = false;
        return;
      case 'turn.metrics':
        return this.#turn(event.turn, ({ waitedMs }) => ({
          metrics: event,
          source: event.source,
          ...networkOf(waitedMs, event),
        }));
      case 'error':
        return this.#set({ error: new Error(event.problem.detail) });
      case 'call.ended':
        return this.#over(event.reason);
      default:
    }
  }

  /** Prompts, such as the greeting, are no turns, and told by their sound alone; and a reply is over when it was played. */
  #sounds(playing: boolean, waitingMs: number): void {
    const { floor } = this.#state;
    if (playing && this.#awaited) {
      const { turn, since } = this.#awaited;
      this.#awaited = undefined;
      const waitedMs = performance.now() - since;
      this.#turn(turn, ({ metrics }) => ({ waitedMs, ...(metrics ? networkOf(waitedMs, metrics) : {}) }));
    }
    if (playing && floor === 'listening') this.#set({ floor: 'bot' });
    if (!playing && waitingMs < 60 && floor === 'bot' && !this.#replying) this.#set({ floor: 'listening' });
  }

  #turn(turn: number, change: Partial<SpokenTurn> | ((before: SpokenTurn) => Partial<SpokenTurn>)): void {
    const { turns } = this.#state;
    const before = turns.find((one) => one.turn === turn) ?? { turn, caller: '', partial: false, bot: '' };
    const next = { ...before, ...(typeof change === 'function' ? change(before) : change) };
    const others = turns.filter((one) => one.turn !== turn);
    this.#set({ turns: [...others, next].sort((a, b) => a.turn - b.turn).slice(-keptTurns) });
  }

  /** What was written, and what the bot answered. */
  written(turn: SpokenTurn): void {
    this.#turn(turn.turn, turn);
  }

  #over(reason: string): void {
    this.#set({ floor: 'ended', ended: reason });
    this.#client = undefined;
    // What is still to be heard is heard.
    setTimeout(() => this.#state.floor === 'ended' && void this.#closeSound(), 1_500);
  }

  pressKey(key: string): void {
    this.#client?.pressKey(key);
  }

  mute(muted: boolean): void {
    if (this.#sound) this.#sound.muted = muted;
    this.#set({ muted });
  }

  hangUp(): void {
    this.#client?.hangUp();
    this.#over('hangup');
  }

  /** Leaves the call without ending it. */
  async leave(): Promise<void> {
    this.#run++;
    const client = this.#client;
    this.#client = undefined;
    this.#heard = undefined;
    await client?.close();
    await this.#closeSound();
    if (this.#state.floor !== 'idle') this.#set(nothing);
  }

  async #closeSound(): Promise<void> {
    const sound = this.#sound;
    this.#sound = undefined;
    this.#levels = { caller: 0, bot: 0 };
    await sound?.close();
  }

  #set(change: Partial<CallState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}
