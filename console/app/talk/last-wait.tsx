import type { LiveEvents } from '../../../client/live-client.ts';
import { milliseconds } from '../ui/format.ts';
import { Card } from '../ui/parts.tsx';
import { partColour, type Wait, waitParts } from '../ui/parts-of-a-wait.tsx';
import type { SpokenTurn } from './call.ts';

/** What the service tells of a wait, by its parts. */
export function waitOf(told: LiveEvents['turn.metrics'], networkMs = 0): Wait {
  const known = {
    endpointing: told.endpointingMs,
    transcribe: told.transcribeMs,
    understand: told.lookupMs ?? 0,
    think: told.thinkMs ?? 0,
    speak: told.speakMs ?? 0,
    orchestration: told.temporalMs ?? 0,
    release: told.releaseMs,
    network: networkMs,
  };
  const sum = Object.values(known).reduce((all, ms) => all + ms, 0);
  return told.speakMs === undefined ? { ...known, unknown: told.voiceToVoiceMs + networkMs - sum } : known;
}

/** Where the time of the last turn went. */
export function LastWait({ turns }: { turns: readonly SpokenTurn[] }) {
  const { metrics: told, networkMs = 0 } = turns.findLast(({ metrics }) => metrics !== undefined) ?? {};
  if (!told) return null;
  const wait = waitOf(told, networkMs);
  const shown = waitParts.filter(([name]) => (wait[name] ?? 0) >= 1);
  const longest = Math.max(...shown.map(([name]) => wait[name] ?? 0), 1);
  return (
    <Card
      title="Where the time went"
      actions={<strong className="figure">{milliseconds(told.voiceToVoiceMs + networkMs)}</strong>}
    >
      <dl className="parts">
        {shown.map(([name, title]) => (
          <div key={name}>
            <dt>{title}</dt>
            <dd>
              <span className="bar">
                <i style={{ width: `${(100 * (wait[name] ?? 0)) / longest}%`, background: partColour(name) }} />
              </span>
              <span className="figure">{milliseconds(wait[name])}</span>
            </dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}
