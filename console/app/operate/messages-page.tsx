import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Check, FileAudio, X } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import { api, type Schemas, take } from '../data/api.ts';
import { useWho } from '../shell/who.tsx';
import { duration, share, when, words } from '../ui/format.ts';
import { Button, Card, Empty, Field, Loaded, PageHead, Tag, type Tone, tellProblem } from '../ui/parts.tsx';
import { Player } from '../ui/player.tsx';

type Version = Schemas['MessageVersion'];
type State = Version['state'];

const states: readonly State[] = ['draft', 'review', 'approved', 'rejected'] as readonly State[];
const tones: Readonly<Record<string, Tone>> = { approved: 'good', review: 'warn', rejected: 'bad' };

/** Messages that are recorded ahead: listened to, approved, played in calls. */
export function MessagesPage() {
  const { tenant } = useWho();
  const [state, setState] = useState('');
  const [open, setOpen] = useState<string | undefined>();
  const query = useQuery({
    queryKey: ['messages', tenant, state],
    queryFn: () =>
      take(api.GET('/messages', { params: { query: { tenant, limit: 500, ...(state ? { state: state as State } : {}) } } })),
  });
  return (
    <>
      <PageHead
        title="Messages"
        actions={
          <Link className="button primary" href="/batches">
            Create messages
          </Link>
        }
      >
        Recordings that calls play. Callers hear the newest approved version of each message.
      </PageHead>
      <div className="filters">
        <select aria-label="Status of the latest version" value={state} onChange={({ target }) => setState(target.value)}>
          <option value="">All statuses</option>
          {states.map((name) => (
            <option key={name} value={name}>
              {words(name)}
            </option>
          ))}
        </select>
      </div>
      <Loaded query={query}>
        {({ messages }) => (
          <Card flush>
            {messages.length === 0 ? (
              <Empty icon={FileAudio} title={state ? 'No messages with this status' : 'No messages yet'}>
                Create them from a spreadsheet with a batch, or upload a person's recording with{' '}
                <code>voicebot messages upload</code>.
              </Empty>
            ) : (
              messages.map(({ key, latest, playedVersion, tags, updatedAt }) => (
                <article key={key} className="turn" style={{ gridTemplateColumns: 'minmax(0, 1fr)' }}>
                  <div className="content">
                    <div className="row between">
                      <div className="row">
                        <strong className="mono">{key}</strong>
                        <Tag tone={tones[latest.state] ?? 'plain'}>{words(latest.state)}</Tag>
                        {playedVersion !== null && <span className="small quiet">version {playedVersion} plays in calls</span>}
                        {tags.map((tag) => (
                          <Tag key={tag}>{tag}</Tag>
                        ))}
                      </div>
                      <span className="small quiet">{when(updatedAt)}</span>
                    </div>
                    <VersionView messageKey={key} version={latest}>
                      <Button
                        small
                        look="ghost"
                        aria-expanded={open === key}
                        onClick={() => setOpen(open === key ? undefined : key)}
                      >
                        {open === key ? 'Hide versions' : 'All versions'}
                      </Button>
                    </VersionView>
                    {open === key && <Versions messageKey={key} />}
                  </div>
                </article>
              ))
            )}
          </Card>
        )}
      </Loaded>
    </>
  );
}

function Versions({ messageKey }: { messageKey: string }) {
  const { tenant } = useWho();
  const query = useQuery({
    queryKey: ['messages', tenant, 'versions', messageKey],
    queryFn: () => take(api.GET('/messages/{key}', { params: { path: { key: messageKey }, query: { tenant } } })),
  });
  return (
    <Loaded query={query}>
      {({ versions }) => (
        <ol className="stack">
          {versions.map((version) => (
            <li key={version.version} className="note stack">
              <div className="row">
                <strong>Version {version.version}</strong>
                <Tag tone={tones[version.state] ?? 'plain'}>{words(version.state)}</Tag>
                {version.decidedBy && <span className="small">by {version.decidedBy}</span>}
              </div>
              <VersionView messageKey={messageKey} version={version} />
            </li>
          ))}
        </ol>
      )}
    </Loaded>
  );
}

/** What a version says and how it sounds, with the buttons that decide, and more of them. */
function VersionView({ messageKey, version, children }: { messageKey: string; version: Version; children?: ReactNode }) {
  const { tenant, may, me } = useWho();
  const queries = useQueryClient();
  const [by, setBy] = useState(me.id);
  const decide = useMutation({
    mutationFn: (wish: 'approve' | 'reject') => {
      const params = { params: { path: { key: messageKey, version: version.version }, query: { tenant } }, body: { by } };
      return wish === 'approve'
        ? take(api.POST('/messages/{key}/versions/{version}/approve', params))
        : take(api.POST('/messages/{key}/versions/{version}/reject', params));
    },
    onSuccess: () => void queries.invalidateQueries({ queryKey: ['messages'] }),
    onError: tellProblem,
  });
  const { text, engine, voice, durationMs, loudnessLufs, findings, heard, wordErrorRate, state, slots } = version;
  const path = `/messages/${encodeURIComponent(messageKey)}/audio?tenant=${tenant}&version=${version.version}`;
  return (
    <div className="stack">
      <p>{text}</p>
      <Player path={path} label={`${messageKey}, version ${version.version}`} />
      <div className="about row small quiet">
        <span>
          {engine}, {voice}
        </span>
        <span className="figure">{duration(durationMs)}</span>
        {loudnessLufs !== null && <span className="figure">{loudnessLufs.toFixed(1)} LUFS</span>}
        {wordErrorRate !== null && <span className="figure">{share(wordErrorRate)} word error rate</span>}
        {findings.map((finding) => (
          <Tag key={finding} tone="warn">
            {words(finding)}
          </Tag>
        ))}
        {slots.map((slot) => (
          <Tag key={slot}>{`{{${slot}}}`}</Tag>
        ))}
      </div>
      {heard !== null && findings.includes('word-errors') && <p className="small quiet">Heard: {heard}</p>}
      <div className="row">
        {may('content') && me.id === 'local' && state !== 'approved' && (
          <Field label="Reviewer">
            {(id) => <input id={id} style={{ width: 140 }} value={by} onChange={({ target }) => setBy(target.value)} />}
          </Field>
        )}
        {may('content') && state !== 'approved' && (
          <Button small look="primary" disabled={decide.isPending || by.trim() === ''} onClick={() => decide.mutate('approve')}>
            <Check aria-hidden /> Approve
          </Button>
        )}
        {may('content') && state !== 'rejected' && (
          <Button small disabled={decide.isPending} onClick={() => decide.mutate('reject')}>
            <X aria-hidden /> Reject
          </Button>
        )}
        {children}
      </div>
    </div>
  );
}
