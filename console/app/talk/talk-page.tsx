import { useMutation, useQuery } from '@tanstack/react-query';
import { Mic, MicOff, Phone, PhoneOff, RotateCcw, Send } from 'lucide-react';
import { type FormEvent, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { Link } from 'wouter';
import { api, take } from '../data/api.ts';
import { currentCredential } from '../data/session.ts';
import { useWho } from '../shell/who.tsx';
import { duration } from '../ui/format.ts';
import { Button, Card, PageHead, Trouble } from '../ui/parts.tsx';
import { BrowserCall, type CallOptions, type Floor } from './call.ts';
import { Dialogue } from './dialogue.tsx';
import { Keypad } from './keypad.tsx';
import { LastWait } from './last-wait.tsx';
import { Ribbon } from './ribbon.tsx';
import { type Choices, firstChoices, PlayedCustomer, Setup } from './setup.tsx';

const titles: Readonly<Record<Floor, string>> = {
  idle: 'Ready',
  connecting: 'Connecting',
  listening: 'Listening to you',
  caller: 'You are speaking',
  thinking: 'The bot is thinking',
  bot: 'The bot is speaking',
  reconnecting: 'Connection lost, reconnecting',
  ended: 'Call ended',
};

/** One call for the whole console: whoever looks at another page comes back to it. */
const call = new BrowserCall();

/** Outlives a reload of the page, and no more. */
const place = 'voicebot.call';
interface KeptCall {
  readonly sessionId: string;
  readonly choices: Choices;
}
const keptCall = (): KeptCall | undefined => JSON.parse(sessionStorage.getItem(place) ?? 'null') ?? undefined;

const newSessionId = () => `console-${crypto.randomUUID().slice(0, 8)}`;

const optionsOf = (id: string, { voice, engine, speed, language, greet }: Choices): CallOptions => ({
  baseUrl: location.origin,
  sessionId: id,
  token: async () => currentCredential(),
  voice: voice || undefined,
  engine: engine || undefined,
  speed: speed === 1 ? undefined : speed,
  language: language || undefined,
  greet,
  assets: '/console/assets',
});

export function TalkPage() {
  const state = useSyncExternalStore(call.subscribe, call.snapshot);
  const [choices, setChoices] = useState<Choices>(keptCall()?.choices ?? firstChoices);
  const [written, setWritten] = useState('');
  const { may, tenant, me } = useWho();
  const { floor, sessionId } = state;
  const active = call.active;

  /** What the session is to be that a line alone does not say. */
  const wanted = {
    ...(choices.assistant ? { assistant: choices.assistant } : {}),
    ...(me.tenant === null && tenant !== 'default' ? { tenant } : {}),
  };
  const begin = (id: string) => take(api.POST('/sessions/{id}', { params: { path: { id } }, body: wanted }));

  const start = useMutation({
    mutationFn: async () => {
      const id = newSessionId();
      if (Object.keys(wanted).length > 0) await begin(id);
      sessionStorage.setItem(place, JSON.stringify({ sessionId: id, choices } satisfies KeptCall));
      await call.start(optionsOf(id, choices));
    },
  });

  const write = useMutation({
    mutationFn: async (text: string) => {
      let id = active || floor === 'ended' ? sessionId : undefined;
      if (!id || floor === 'ended') {
        id = writtenSession.current ??= newSessionId();
        if (!known.current) {
          await begin(id);
          known.current = true;
        }
      }
      const answer = await take(api.POST('/sessions/{id}/turns', { params: { path: { id } }, body: { text } }));
      call.written({
        turn: answer.turn,
        caller: answer.transcript,
        partial: false,
        bot: answer.reply,
        written: true,
        source: answer.source,
      });
    },
    onSuccess: () => setWritten(''),
  });
  const writtenSession = useRef<string | undefined>(undefined);
  const known = useRef(false);

  // Reloaded in the middle of a call: it goes on.
  useEffect(() => {
    const kept = keptCall();
    if (kept && !call.active && call.snapshot().floor === 'idle') {
      call
        .start({ ...optionsOf(kept.sessionId, kept.choices), greet: false }, true)
        .catch(() => sessionStorage.removeItem(place));
    }
  }, []);
  useEffect(() => {
    if (floor === 'ended') sessionStorage.removeItem(place);
  }, [floor]);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const { target, key, ctrlKey, metaKey, altKey } = event;
      if (ctrlKey || metaKey || altKey || (target instanceof HTMLElement && target.closest('input, textarea, select'))) return;
      if (call.active && /^[0-9*#]$/.test(key)) call.pressKey(key);
      else if (key === 'm' && call.active) call.mute(!call.snapshot().muted);
      else if (key === 'Escape' && call.active) call.hangUp();
      else return;
      event.preventDefault();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (written.trim() && !write.isPending) write.mutate(written.trim());
  };
  const saying = state.turns.findLast(({ bot }) => bot !== '');
  const caption = floor === 'caller' ? (state.turns.at(-1)?.caller ?? '') : floor === 'bot' ? (saying?.bot ?? '') : '';

  return (
    <>
      <PageHead
        title="Talk"
        actions={
          sessionId && may('read') && state.turns.length > 0 ? (
            <Link className="button" href={`/calls/${sessionId}`}>
              See why
            </Link>
          ) : undefined
        }
      >
        Call the bot from this browser. You can interrupt it, press keys or type.
      </PageHead>
      <div className="talk">
        <div>
          <section className="line" data-floor={floor} aria-label="The line">
            <div className="state">
              <strong aria-live="polite" data-testid="floor">
                {titles[floor]}
              </strong>
              {state.startedAt && floor !== 'ended' && <Clock since={state.startedAt} />}
            </div>
            <Ribbon call={call} active={active} />
            <p className="caption" data-testid="caption">
              {caption || <span className="quiet">{hintFor(floor, state.ended)}</span>}
            </p>
            <div className="controls">
              {active ? (
                <>
                  <Button className="call" look="danger" onClick={() => call.hangUp()}>
                    <PhoneOff aria-hidden /> Hang up
                  </Button>
                  <Button aria-pressed={state.muted} onClick={() => call.mute(!state.muted)}>
                    {state.muted ? <MicOff aria-hidden /> : <Mic aria-hidden />}
                    {state.muted ? 'Unmute' : 'Mute'}
                  </Button>
                </>
              ) : (
                <Button className="call" look="primary" disabled={start.isPending} onClick={() => start.mutate()}>
                  {floor === 'ended' ? <RotateCcw aria-hidden /> : <Phone aria-hidden />}
                  {floor === 'ended' ? 'Call again' : 'Call the bot'}
                </Button>
              )}
              {state.silenced && active && <span className="small quiet">Click anywhere to let the browser play sound.</span>}
            </div>
          </section>
          <div className="stack" style={{ marginTop: 14 }}>
            <Trouble error={state.error ?? start.error} />
          </div>
          <Dialogue turns={state.turns} />
          <form className="write" onSubmit={submit}>
            <input
              aria-label="Message to the bot"
              placeholder="Or type: what is my balance?"
              value={written}
              maxLength={2_000}
              onChange={({ target }) => setWritten(target.value)}
            />
            <Button type="submit" disabled={write.isPending || written.trim() === ''}>
              <Send aria-hidden /> Send
            </Button>
          </form>
          <div className="stack" style={{ marginTop: 10 }}>
            <Trouble error={write.error} />
          </div>
        </div>
        <aside className="stack" aria-label="Call settings">
          <LastWait turns={state.turns} />
          <Card title="Call settings">
            <Setup choices={choices} change={setChoices} disabled={active} />
          </Card>
          <PlayedCustomer />
          <Card title="Keypad">
            <Keypad press={(key) => call.pressKey(key)} disabled={!active} />
            <p className="small quiet" style={{ marginTop: 10 }}>
              Keyboard: <kbd>0</kbd>–<kbd>9</kbd> <kbd>*</kbd> <kbd>#</kbd>, <kbd>M</kbd> to mute, <kbd>Esc</kbd> to hang up.{' '}
              <kbd>*</kbd> pauses the recording, <kbd>0</kbd> asks for a person.
            </p>
          </Card>
        </aside>
      </div>
    </>
  );
}

const endings: Readonly<Record<string, string>> = {
  hangup: 'You hung up.',
  goodbye: 'The bot said goodbye.',
  idle: 'The caller was silent too long.',
  transferred: 'The call was transferred to a person.',
  timeout: 'The session timed out.',
  ended: 'The connection was closed.',
};

function hintFor(floor: Floor, ended: string | undefined): string {
  if (floor === 'idle') return 'Your browser will ask for the microphone. Headphones help but are optional.';
  if (floor === 'ended') return endings[ended ?? ''] ?? ended ?? '';
  if (floor === 'listening') return 'Try: “What are your opening hours?”';
  return '';
}

function Clock({ since }: { since: number }) {
  const { data: now = Date.now() } = useQuery({
    queryKey: ['clock'],
    queryFn: () => Date.now(),
    refetchInterval: 1_000,
    staleTime: 0,
  });
  return <span className="figure quiet">{duration(now - since)}</span>;
}
