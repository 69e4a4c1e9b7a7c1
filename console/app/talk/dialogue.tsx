import { milliseconds } from '../ui/format.ts';
import { Tag } from '../ui/parts.tsx';
import { WaitBar } from '../ui/parts-of-a-wait.tsx';
import { SourceTag } from '../ui/source-tag.tsx';
import type { SpokenTurn } from './call.ts';
import { waitOf } from './last-wait.tsx';

/** What was said so far. */
export function Dialogue({ turns }: { turns: readonly SpokenTurn[] }) {
  return (
    <ol className="dialogue" aria-label="Transcript" aria-live="polite" data-testid="dialogue">
      {turns.map((turn) => (
        <li key={turn.turn} className="stack" data-turn={turn.turn}>
          {turn.caller && (
            <div className="utterance">
              <span className="speaker caller">You</span>
              <p className={turn.partial ? 'partial' : ''}>{turn.caller}</p>
            </div>
          )}
          {turn.bot && (
            <div className="utterance">
              <span className="speaker bot">Bot</span>
              <Reply turn={turn} />
              <div className="about">
                {turn.source && <SourceTag source={turn.source} />}
                {turn.heard !== undefined && <Tag tone="warn">Interrupted</Tag>}
                {turn.metrics && (
                  <>
                    <span className="figure">{milliseconds(turn.metrics.voiceToVoiceMs + (turn.networkMs ?? 0))}</span>
                    <WaitBar wait={waitOf(turn.metrics, turn.networkMs)} />
                  </>
                )}
              </div>
            </div>
          )}
        </li>
      ))}
    </ol>
  );
}

/** What was not heard of an interrupted reply is struck out. */
function Reply({ turn: { bot, heard } }: { turn: SpokenTurn }) {
  if (heard === undefined || !bot.startsWith(heard)) return <p>{bot}</p>;
  return (
    <p>
      {heard} <span className="unheard">{bot.slice(heard.length)}</span>
    </p>
  );
}
