import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, type Schemas, take } from '../data/api.ts';
import { useWho } from '../shell/who.tsx';
import { duration, number, plural, words } from '../ui/format.ts';
import { Button, Card, Loaded, PageHead, Tag, type Tone, tell, tellProblem } from '../ui/parts.tsx';
import { type Column, Table } from '../ui/table.tsx';

type Engine = Schemas['VoiceEngine'];

const queues: Readonly<Record<string, string>> = {
  calls: 'Call workflows',
  stt: 'Speech to text',
  cache: 'Understanding and cache',
  bank: 'Bank',
  llm: 'Language model',
  tts: 'Text to speech',
  records: 'Records',
  telephony: 'Transfers',
};

const columns: readonly Column<[queue: string, pollers: number | null]>[] = [
  { head: 'Queue', kind: 'mono', cell: ([queue]) => queue },
  { head: 'Work', cell: ([queue]) => queues[queue] ?? 'Quality voice' },
  {
    head: 'Workers',
    cell: ([, pollers]) =>
      pollers === null ? (
        <Tag>Unknown</Tag>
      ) : pollers > 0 ? (
        <Tag tone="good">{plural(pollers, 'poller')}</Tag>
      ) : (
        <Tag tone="bad">None</Tag>
      ),
  },
];

/** Who works, and on what. */
export function EnginesPage() {
  const { may } = useWho();
  const health = useQuery({ queryKey: ['health'], queryFn: () => take(api.GET('/health')), refetchInterval: 3_000 });
  const engines = useQuery({ queryKey: ['engines'], queryFn: () => take(api.GET('/tts/engines')), refetchInterval: 10_000 });
  return (
    <>
      <PageHead title="Workers and engines">Which queues have workers, and which voice engines are available.</PageHead>
      <div className="grid">
        <Loaded query={health}>
          {({ status, version, uptimeSeconds, database, temporal, workers }) => (
            <>
              <div className="row">
                <Tag tone={status === 'ok' ? 'good' : status === 'down' ? 'bad' : 'warn'}>{words(status)}</Tag>
                <span className="quiet">
                  Version {version}, up for {duration(uptimeSeconds * 1000)}
                </span>
                <Check name="Database" check={database} />
                <Check name="Temporal" check={temporal} />
              </div>
              <Card title="Queues" flush>
                <Table rows={Object.entries(workers)} columns={columns} keyOf={([queue]) => queue} />
              </Card>
            </>
          )}
        </Loaded>
        <Loaded query={engines}>
          {({ engines: all }) => (
            <div className="grid two">
              {all.map((engine) => (
                <EngineCard key={engine.id} engine={engine} may={may('operate')} />
              ))}
            </div>
          )}
        </Loaded>
      </div>
    </>
  );
}

function Check({
  name,
  check: { ok, latencyMs, error },
}: {
  name: string;
  check: { ok: boolean; latencyMs: number; error?: string };
}) {
  return (
    <Tag tone={ok ? 'plain' : 'bad'}>
      {name} {ok ? `${Math.round(latencyMs)} ms` : (error ?? 'unavailable')}
    </Tag>
  );
}

const tones: Readonly<Record<Engine['state'], Tone>> = {
  ready: 'good',
  loading: 'warn',
  unloaded: 'plain',
  unavailable: 'plain',
  unknown: 'plain',
};

function EngineCard({ engine, may }: { engine: Engine; may: boolean }) {
  const queries = useQueryClient();
  const control = useMutation({
    mutationFn: (wish: 'load' | 'unload') =>
      wish === 'load'
        ? take(api.POST('/tts/engines/{engine}/load', { params: { path: { engine: engine.id } } }))
        : take(api.POST('/tts/engines/{engine}/unload', { params: { path: { engine: engine.id } } })),
    onSuccess: (_, wish) => {
      tell(`${engine.title}: ${wish === 'load' ? 'loaded' : 'unloaded'}.`);
      void queries.invalidateQueries({ queryKey: ['engines'] });
    },
    onError: tellProblem,
  });
  const { title, state, why, warning, gpuMemory, needs, nominalPace, measuredPace, voices, realTime, taskQueue } = engine;
  const there = state !== 'unavailable';
  return (
    <Card
      title={title}
      actions={
        <Tag tone={tones[state]} live={state === 'loading'}>
          {words(state)}
        </Tag>
      }
    >
      <div className="stack">
        {why && <p className="small quiet">{why}</p>}
        {warning && <p className="note">{warning}</p>}
        <dl className="parts">
          <Row
            name="Pace"
            value={`${(measuredPace ?? nominalPace).toFixed(2)} s per second of speech, ${measuredPace === null ? 'nominal' : 'measured'}`}
          />
          <Row name="Use" value={realTime ? 'Live calls' : 'Messages'} />
          <Row
            name="Needs"
            value={needs.gpu === 'none' ? 'No GPU' : `GPU, ${needs.gpu}${needs.gpuMemoryGb ? `, ${needs.gpuMemoryGb} GB` : ''}`}
          />
          {gpuMemory && (
            <Row
              name="GPU memory"
              value={`${number(Math.round(gpuMemory.freeBytes / 1e9))} of ${number(Math.round(gpuMemory.totalBytes / 1e9))} GB free`}
            />
          )}
          <Row name="Voices" value={number(voices.length)} />
          <Row name="Queue" value={taskQueue} />
        </dl>
        {may && there && (
          <div className="row">
            <Button small disabled={control.isPending || state === 'ready'} onClick={() => control.mutate('load')}>
              {control.isPending && control.variables === 'load' ? 'Loading' : 'Load'}
            </Button>
            <Button small disabled={control.isPending || state === 'unloaded'} onClick={() => control.mutate('unload')}>
              Unload
            </Button>
          </div>
        )}
      </div>
    </Card>
  );
}

const Row = ({ name, value }: { name: string; value: string }) => (
  <div style={{ gridTemplateColumns: '96px minmax(0, 1fr)' }}>
    <dt>{name}</dt>
    <dd style={{ display: 'block', textAlign: 'left' }}>{value}</dd>
  </div>
);
