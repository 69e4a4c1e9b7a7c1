import { Ear, EarOff } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { LiveEvent } from '../../../client/index.ts';
import { openSocket } from '../../../client/socket.ts';
import { currentCredential } from '../data/session.ts';
import { Button, Card, Trouble } from '../ui/parts.tsx';

const rateHz = 16_000;
/** What is gathered before it plays. */
const cushionSeconds = 0.15;
const maxLines = 30;

interface Heard {
  readonly who: 'caller' | 'bot';
  readonly text: string;
  readonly turn: number;
}

/** A reply comes in pieces, as it is spoken: they make one line. */
function withHeard(lines: readonly Heard[], heard: Heard): readonly Heard[] {
  const last = lines.at(-1);
  return last?.who === 'bot' && heard.who === 'bot' && last.turn === heard.turn
    ? [...lines.slice(0, -1), { ...last, text: `${last.text} ${heard.text}` }]
    : [...lines.slice(1 - maxLines), heard];
}

/** Listens to a running call: both voices, and the words as they come. */
export function ListenIn({ sessionId }: { sessionId: string }) {
  const [on, turn] = useState(false);
  const [lines, setLines] = useState<readonly Heard[]>([]);
  const [error, setError] = useState<unknown>();
  const stop = useRef<() => void>(() => undefined);
  useEffect(() => () => stop.current(), []);

  const start = async () => {
    setError(undefined);
    setLines([]);
    const context = new AudioContext();
    await context.resume();
    // Each voice on a clock of its own: they overlap when the caller interrupts.
    const due = { caller: 0, bot: 0 };
    const play = (who: 'caller' | 'bot', pcm: Int16Array) => {
      const buffer = context.createBuffer(1, pcm.length, rateHz);
      buffer.getChannelData(0).set(Float32Array.from(pcm, (sample) => sample / 32_768));
      const source = context.createBufferSource();
      source.buffer = buffer;
      source.connect(context.destination);
      const now = context.currentTime;
      if (due[who] < now) due[who] = now + cushionSeconds;
      source.start(due[who]);
      due[who] += buffer.duration;
    };
    const say = (heard: Heard) => setLines((before) => withHeard(before, heard));
    const { socket, closed } = await openSocket(
      location.origin,
      `/sessions/${encodeURIComponent(sessionId)}/listen`,
      currentCredential(),
    );
    socket.addEventListener('message', ({ data }) => {
      if (data instanceof ArrayBuffer) {
        // The first byte says who speaks; samples stand on even places.
        return play(new Uint8Array(data)[0] === 1 ? 'bot' : 'caller', new Int16Array(data.slice(1)));
      }
      const event = JSON.parse(data as string) as LiveEvent;
      if (event.type === 'transcript.final') say({ who: 'caller', text: event.text, turn: event.turn });
      if (event.type === 'reply.text') say({ who: 'bot', text: event.text, turn: event.turn });
      if (event.type === 'error') setError(new Error(event.problem.detail));
    });
    stop.current = () => socket.close();
    turn(true);
    void closed.then(() => {
      turn(false);
      void context.close();
    });
  };

  return (
    <Card
      title="Listen in"
      actions={
        <Button small look={on ? 'plain' : 'primary'} onClick={() => (on ? stop.current() : start().catch(setError))}>
          {on ? <EarOff aria-hidden /> : <Ear aria-hidden />} {on ? 'Stop listening' : 'Listen'}
        </Button>
      }
    >
      <Trouble error={error} />
      {on || lines.length > 0 ? (
        <ol className="stack" aria-live="polite" data-testid="listened">
          {lines.map(({ who, text }, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines are only added.
            <li key={i} className="utterance">
              <span className={`speaker ${who}`}>{who === 'bot' ? 'Bot' : 'Caller'}</span>
              <p>{text}</p>
            </li>
          ))}
          {lines.length === 0 && <li className="quiet">Waiting for someone to speak.</li>}
        </ol>
      ) : (
        <p className="quiet">
          Hear the caller and the bot live. The caller does not notice; the audit log records that you listened.
        </p>
      )}
    </Card>
  );
}
