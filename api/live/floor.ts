/**
 * Who has the floor. The caller has it while the bot is `listening`; in a pause (`paused`) the reply is prepared; once the silence is long
 * enough the turn is the bot's (`released`), is answered when its words are known (`answering`), and is spoken (`speaking`). A caller who
 * speaks over the bot, or adds to a turn before its reply has begun, may take the floor back: until their words tell, the reply is held
 * (`interrupted…`).
 */
export type FloorState =
  | 'listening'
  | 'paused'
  | 'released'
  | 'answering'
  | 'speaking'
  /** The caller speaks, and the reply is held. */
  | 'interrupted'
  /** They pause, and what they said is not known to be more than a sound of listening. */
  | 'interruptedPaused'
  | 'interruptedReleased'
  /** A person is called to the line; nobody listens meanwhile. */
  | 'transferring'
  /** The call is over. */
  | 'ended'
  /** The line is gone; the call may go on without it. */
  | 'gone';

export type FloorEvent =
  | 'callerStarted'
  | 'callerPaused'
  | 'callerResumed'
  | 'callerReleased'
  /** Digits were keyed in: a turn without speech. */
  | 'digitsKeyed'
  /** What was said is a turn: its reply is awaited. */
  | 'turnTaken'
  /** What was said is none, and no reply is held. */
  | 'noTurn'
  /** Nothing comes of the turn. */
  | 'turnFailed'
  | 'replyStarted'
  | 'replyFinished'
  /** The reply under way is over, or the one that was held is not wanted any more. */
  | 'replyStopped'
  /** It was no interruption: the held reply goes on … */
  | 'replyResumed'
  /** … or is awaited as before … */
  | 'replyAwaited'
  /** … or so are the words of the turn. */
  | 'wordsAwaited'
  | 'transferStarted'
  | 'transferFailed'
  | 'callEnded'
  | 'lineGone';

type Row = Readonly<Partial<Record<FloorEvent, FloorState>>>;

const over: Row = { callEnded: 'ended', lineGone: 'gone' };
const live: Row = { ...over, transferStarted: 'transferring', digitsKeyed: 'released' };

/** Every way that a turn can go. What is not listed does not change who has the floor. */
export const floorTransitions: Readonly<Record<FloorState, Row>> = {
  listening: { ...live, callerStarted: 'listening', callerPaused: 'paused', replyStarted: 'speaking' },
  paused: { ...live, callerResumed: 'listening', callerReleased: 'released' },
  released: { ...live, callerStarted: 'interrupted', turnTaken: 'answering', noTurn: 'listening', turnFailed: 'listening' },
  answering: { ...live, callerStarted: 'interrupted', replyStarted: 'speaking', turnFailed: 'listening' },
  speaking: { ...live, callerStarted: 'interrupted', replyFinished: 'listening', replyStopped: 'listening' },
  interrupted: { ...live, callerPaused: 'interruptedPaused', replyStopped: 'listening' },
  interruptedPaused: {
    ...live,
    callerResumed: 'interrupted',
    callerReleased: 'interruptedReleased',
    replyStopped: 'paused',
  },
  interruptedReleased: {
    ...live,
    callerStarted: 'interrupted',
    replyStopped: 'released',
    replyResumed: 'speaking',
    replyAwaited: 'answering',
    wordsAwaited: 'released',
  },
  transferring: { ...over, transferFailed: 'listening' },
  ended: { lineGone: 'gone' },
  gone: {},
};

/** The floor of one line. */
export class Floor {
  #state: FloorState = 'listening';

  get state(): FloorState {
    return this.#state;
  }

  /** The call or its line is over: nothing is said or heard any more. */
  get over(): boolean {
    return this.#state === 'ended' || this.#state === 'gone';
  }

  /** @returns whether the event meant anything now. */
  send(event: FloorEvent): boolean {
    const next = floorTransitions[this.#state][event];
    if (next === undefined) return false;
    this.#state = next;
    return true;
  }
}

/** The states and events as a picture, in the notation of Mermaid. */
export function floorPicture(): string {
  const arrows = Object.entries(floorTransitions).flatMap(([from, row]) =>
    Object.entries(row)
      .filter(([event]) => !(event in live))
      .map(([event, to]) => `  ${from} --> ${to}: ${event}`),
  );
  const always = Object.entries(live).map(([event, to]) => `  live --> ${to}: ${event}`);
  const inCall = Object.keys(floorTransitions).filter((state) => !['transferring', 'ended', 'gone'].includes(state));
  const group = ['  state live {', '    [*] --> listening', ...inCall.map((state) => `    ${state}`), '  }'];
  return [
    'stateDiagram-v2',
    ...group,
    ...arrows,
    ...always,
    '  transferring --> ended: callEnded',
    '  ended --> gone: lineGone',
  ].join('\n');
}
