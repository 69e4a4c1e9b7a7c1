import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { GraduationCap, Plus } from 'lucide-react';
import { type FormEvent, useMemo, useState } from 'react';
import { api, type Schemas, send, take } from '../data/api.ts';
import { useWho } from '../shell/who.tsx';
import { Chart } from '../ui/chart.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { number, when } from '../ui/format.ts';
import { Button, Card, Empty, Field, Loaded, PageHead, Tag, Trouble, tell, tellProblem } from '../ui/parts.tsx';
import { type Column, Table } from '../ui/table.tsx';

type Adapter = Schemas['Adapter'];

const columns = (tenant: string, may: boolean): readonly Column<Adapter>[] => [
  {
    head: 'Name',
    cell: ({ name, activeFor }) => (
      <>
        {name} {activeFor.includes(tenant) && <Tag tone="bot">Active</Tag>}
      </>
    ),
  },
  { head: 'Base model', kind: 'mono', cell: ({ baseModel }) => baseModel },
  {
    head: 'Held-out loss',
    kind: 'number',
    cell: ({ metrics: { heldOutLoss, baseLoss } }) =>
      heldOutLoss === undefined ? '–' : `${heldOutLoss.toFixed(3)} (${baseLoss?.toFixed(3) ?? '–'} without)`,
  },
  {
    head: 'Training turns',
    kind: 'number',
    cell: ({ metrics: { trainedTurns } }) => (trainedTurns === undefined ? '–' : number(trainedTurns)),
  },
  { head: 'Added', cell: ({ createdAt }) => when(createdAt) },
  { head: 'Actions', kind: 'actions', cell: (adapter) => may && <Actions adapter={adapter} tenant={tenant} /> },
];

/** LoRA adapters of the language model, and how they are trained. */
export function AdaptersPage() {
  const { tenant, may } = useWho();
  const query = useQuery({ queryKey: ['adapters'], queryFn: () => take(api.GET('/adapters')), refetchInterval: 15_000 });
  const [training, train] = useState(false);
  const [followed, follow] = useState<readonly string[]>([]);
  return (
    <>
      <PageHead
        title="Adapters"
        actions={
          may('content') && (
            <Button look="primary" onClick={() => train(true)}>
              <Plus aria-hidden /> Train adapter
            </Button>
          )
        }
      >
        LoRA adapters fit the language model to how this bank talks. They are trained on turns rated good and on better replies.
      </PageHead>
      <div className="grid">
        {followed.map((name) => (
          <Training key={name} name={name} tenant={tenant} />
        ))}
        <Loaded query={query}>
          {({ adapters }) => (
            <Card flush>
              {adapters.length === 0 ? (
                <Empty icon={GraduationCap} title="No adapters yet">
                  The base model replies. Rate turns and train an adapter from them, or register a GGUF file with{' '}
                  <code>voicebot adapter-control create</code>.
                </Empty>
              ) : (
                <Table rows={adapters} columns={columns(tenant, may('content'))} keyOf={({ name }) => name} />
              )}
            </Card>
          )}
        </Loaded>
        <FollowTraining follow={(name) => follow((before) => [...new Set([name, ...before])])} />
      </div>
      {training && (
        <TrainDialog
          tenant={tenant}
          onClose={() => train(false)}
          started={(name) => {
            train(false);
            follow((before) => [name, ...before]);
          }}
        />
      )}
    </>
  );
}

function Actions({ adapter: { name, activeFor }, tenant }: { adapter: Adapter; tenant: string }) {
  const queries = useQueryClient();
  const active = activeFor.includes(tenant);
  const activate = useMutation({
    mutationFn: () => take(api.PUT('/adapters/active', { params: { query: { tenant } }, body: { name: active ? null : name } })),
    onSuccess: () => {
      tell(active ? 'The model replies without an adapter.' : `The model uses ${name} from the next turn on.`);
      void queries.invalidateQueries({ queryKey: ['adapters'] });
    },
    onError: tellProblem,
  });
  const control = useMutation({
    mutationFn: async (wish: 'load' | 'unload') =>
      (await send(`/adapters/${name}/${wish}`, { method: 'POST' })).json() as Promise<{ loaded: string[] }>,
    onSuccess: ({ loaded }) =>
      tell(loaded.length > 0 ? `Loaded on the worker: ${loaded.join(', ')}` : 'No adapter is loaded on the worker.'),
    onError: tellProblem,
  });
  return (
    <>
      <Button small disabled={control.isPending} onClick={() => control.mutate('load')}>
        Load
      </Button>
      <Button small disabled={control.isPending} onClick={() => control.mutate('unload')}>
        Unload
      </Button>
      <Button small look={active ? 'plain' : 'primary'} disabled={activate.isPending} onClick={() => activate.mutate()}>
        {active ? 'Deactivate' : 'Activate'}
      </Button>
    </>
  );
}

interface Progress {
  readonly step?: number;
  readonly steps?: number;
  readonly loss?: number;
  readonly curve?: readonly (readonly [step: number, loss: number])[];
}

/** How a training goes: its loss, step by step. */
function Training({ name, tenant }: { name: string; tenant: string }) {
  const query = useQuery({
    queryKey: ['training', name],
    queryFn: () => take(api.GET('/adapters/{name}/training', { params: { path: { name }, query: { tenant } } })),
    refetchInterval: ({ state }) => (state.data && state.data.status !== 'RUNNING' ? false : 2_000),
  });
  const progress = query.data?.progress as Progress | undefined;
  const { curve = [] } = progress ?? {};
  const drawn = useMemo(
    () => ({
      x: curve.map(([step]) => step),
      series: [{ label: 'Loss', colour: '--bot', values: curve.map(([, loss]) => loss), fill: true }],
    }),
    [curve],
  );
  return (
    <Card
      title={`Training ${name}`}
      actions={
        query.data && (
          <Tag
            tone={query.data.status === 'RUNNING' ? 'bot' : query.data.status === 'COMPLETED' ? 'good' : 'bad'}
            live={query.data.status === 'RUNNING'}
          >
            {query.data.status.toLowerCase()}
          </Tag>
        )
      }
    >
      <Trouble error={query.error} />
      {progress?.step !== undefined && (
        <p className="figure">
          Step {progress.step}, loss {progress.loss?.toFixed(3)}
        </p>
      )}
      {curve.length > 1 && (
        <Chart x={drawn.x} series={drawn.series} format={(loss) => loss.toFixed(2)} label={`Loss over ${curve.length} steps`} />
      )}
      {query.data?.status === 'RUNNING' && !progress && (
        <p className="quiet">
          Waiting for a training worker: <code>docker compose --profile training up</code>.
        </p>
      )}
      {query.data?.result !== undefined && <pre className="text">{JSON.stringify(query.data.result, null, 2)}</pre>}
    </Card>
  );
}

function FollowTraining({ follow }: { follow: (name: string) => void }) {
  const [name, setName] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    follow(name.trim());
    setName('');
  };
  return (
    <form className="row" onSubmit={submit}>
      <input
        aria-label="Name of the adapter"
        placeholder="Follow a training by adapter name"
        style={{ width: 280 }}
        value={name}
        onChange={({ target }) => setName(target.value)}
      />
      <Button type="submit" disabled={!/^[a-z0-9][a-z0-9._-]*$/.test(name.trim())}>
        Follow
      </Button>
    </form>
  );
}

function TrainDialog({ tenant, onClose, started }: { tenant: string; onClose: () => void; started: (name: string) => void }) {
  const [name, setName] = useState('');
  const [path, setPath] = useState('');
  const [steps, setSteps] = useState('60');
  const [minTurns, setMinTurns] = useState('20');
  const train = useMutation({
    mutationFn: () =>
      take(
        api.POST('/adapters/{name}/train', {
          params: { path: { name }, query: { tenant } },
          body: { baseModelPath: path, steps: Number(steps), minTurns: Number(minTurns) } as never,
        }),
      ),
    onSuccess: () => started(name),
  });
  return (
    <FormDialog
      title="Train an adapter"
      submit="Start training"
      ready={name !== '' && path !== ''}
      sending={train}
      onClose={onClose}
    >
      <Field label="Name" hint="Lower-case letters, digits, dots and dashes. A name cannot be used again.">
        {(id) => <input id={id} value={name} onChange={({ target }) => setName(target.value)} />}
      </Field>
      <Field label="Base model" hint="A GGUF file or a folder on the training machine, or a model name on a hub.">
        {(id) => <input id={id} value={path} onChange={({ target }) => setPath(target.value)} />}
      </Field>
      <div className="grid two" style={{ gridTemplateColumns: '1fr 1fr' }}>
        <Field label="Steps">
          {(id) => <input id={id} type="number" min={1} value={steps} onChange={({ target }) => setSteps(target.value)} />}
        </Field>
        <Field label="Minimum rated turns">
          {(id) => <input id={id} type="number" min={2} value={minTurns} onChange={({ target }) => setMinTurns(target.value)} />}
        </Field>
      </div>
    </FormDialog>
  );
}
