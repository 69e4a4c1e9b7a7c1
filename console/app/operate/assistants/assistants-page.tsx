import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { FolderUp, Undo2 } from 'lucide-react';
import { type ChangeEvent, useRef, useState } from 'react';
import { api, type Schemas, take } from '../../data/api.ts';
import { useWho } from '../../shell/who.tsx';
import { number, plural, share, when, wholeMoment } from '../../ui/format.ts';
import { Button, Card, Loaded, PageHead, Tag, Trouble, tell } from '../../ui/parts.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { CompareDialog, DeployDialog, UploadDialog } from './deploy-dialogs.tsx';
import { type Files, shortVersion } from './version-diff.tsx';

type Listed = Schemas['Assistants'];
type Version = Listed['versions'][number];
type Deployment = Listed['deployments'][number];

const shownDeployments = 12;

/** Versions of what the bot understands and says: compared, tried, deployed, rolled back. */
export function AssistantsPage() {
  const { tenant, may } = useWho();
  const queries = useQueryClient();
  const query = useQuery({
    queryKey: ['assistants', tenant],
    queryFn: () => take(api.GET('/assistants', { params: { query: { tenant } } })),
    refetchInterval: 15_000,
  });
  const [compared, compare] = useState<readonly [string, string] | undefined>();
  const [uploaded, upload] = useState<Files | undefined>();
  const [deploying, deploy] = useState<string | undefined>();
  const again = () => void queries.invalidateQueries({ queryKey: ['assistants', tenant] });
  const rollBack = useMutation({
    mutationFn: () => take(api.POST('/assistants/rollback', { params: { query: { tenant } } })),
    onSuccess: ({ version }) => {
      tell(`Rolled back: ${shortVersion(version)} is live.`);
      again();
    },
  });

  return (
    <>
      <PageHead
        title="Assistants"
        actions={
          may('content') && (
            <>
              <Button disabled={rollBack.isPending} onClick={() => rollBack.mutate()}>
                <Undo2 aria-hidden /> Roll back
              </Button>
              <UploadFolder upload={upload} />
            </>
          )
        }
      >
        What the bot understands, asks and says. A call keeps the version that it started with.
      </PageHead>
      <div className="stack">
        <Trouble error={rollBack.error} />
        <Loaded query={query}>
          {(listed) => (
            <>
              <Live listed={listed} />
              <Versions
                listed={listed}
                may={may('content')}
                compare={(version) => compare([listed.inForce.version, version])}
                deploy={deploy}
              />
              {listed.deployments.length > 0 && (
                <Card title="Deployments" flush>
                  <Table
                    rows={listed.deployments.slice(0, shownDeployments)}
                    columns={deploymentColumns}
                    keyOf={({ createdAt }) => createdAt}
                  />
                </Card>
              )}
            </>
          )}
        </Loaded>
      </div>
      {compared && <CompareDialog versions={compared} tenant={tenant} onClose={() => compare(undefined)} />}
      {uploaded && query.data && (
        <UploadDialog
          files={uploaded}
          live={query.data.inForce.version}
          tenant={tenant}
          done={again}
          onClose={() => upload(undefined)}
        />
      )}
      {deploying && <DeployDialog version={deploying} tenant={tenant} done={again} onClose={() => deploy(undefined)} />}
    </>
  );
}

function Live({ listed: { inForce, shipped } }: { listed: Listed }) {
  const { version, candidate, share: part } = inForce;
  return (
    <p className="note" data-testid="live-version">
      <strong className="mono">{shortVersion(version)}</strong>
      {version === shipped ? ', the version shipped with this release,' : ''} serves {candidate ? share(1 - part) : 'all'}{' '}
      {candidate ? 'of ' : ''}new calls.
      {candidate && (
        <>
          {' '}
          <strong className="mono">{shortVersion(candidate)}</strong> serves {share(part)}.
        </>
      )}
    </p>
  );
}

function Versions({
  listed: { versions, inForce },
  may,
  compare,
  deploy,
}: {
  listed: Listed;
  may: boolean;
  compare: (version: string) => void;
  deploy: (version: string) => void;
}) {
  const figure = (of: (figures: NonNullable<Version['figures']>) => string) => (row: Version) =>
    row.figures ? of(row.figures) : '–';
  const columns: readonly Column<Version>[] = [
    {
      head: 'Version',
      cell: ({ version, name }) => (
        <>
          <span className="mono">{shortVersion(version)}</span> {version === inForce.version && <Tag tone="bot">Live</Tag>}
          {version === inForce.candidate && <Tag tone="warn">On trial</Tag>}
          <div className="small quiet">{name}</div>
        </>
      ),
    },
    { head: 'Added', cell: ({ createdAt }) => <span title={wholeMoment(createdAt)}>{when(createdAt)}</span> },
    { head: 'Calls', kind: 'number', cell: figure(({ calls }) => number(calls)) },
    { head: 'Turns', kind: 'number', cell: figure(({ turns }) => number(turns)) },
    { head: 'Failed', kind: 'number', cell: figure(({ failed, turns }) => (turns > 0 ? share(failed / turns) : '–')) },
    {
      head: 'Transferred',
      kind: 'number',
      cell: figure(({ transferred, calls }) => (calls > 0 ? share(transferred / calls) : '–')),
    },
    { head: 'Rated good', kind: 'number', cell: figure(({ reviewedGood }) => number(reviewedGood)) },
    { head: 'Rated bad', kind: 'number', cell: figure(({ reviewedBad }) => number(reviewedBad)) },
    {
      head: 'Actions',
      kind: 'actions',
      cell: ({ version }) =>
        version !== inForce.version && (
          <>
            <Button small onClick={() => compare(version)}>
              Compare
            </Button>
            {may && (
              <Button small onClick={() => deploy(version)}>
                Deploy
              </Button>
            )}
          </>
        ),
    },
  ];
  return (
    <Card title={plural(versions.length, 'version')} flush>
      <Table rows={versions} columns={columns} keyOf={({ version }) => version} />
      {versions.length === 0 && (
        <p className="quiet" style={{ padding: 16 }}>
          The shipped version appears here once it has served a call.
        </p>
      )}
    </Card>
  );
}

const deploymentColumns: readonly Column<Deployment>[] = [
  { head: 'Deployed', cell: ({ createdAt }) => wholeMoment(createdAt) },
  { head: 'Version', kind: 'mono', cell: ({ version }) => shortVersion(version) },
  {
    head: 'On trial',
    cell: ({ candidate, share: part }) => (candidate ? `${shortVersion(candidate)}, ${share(part)} of new calls` : ''),
  },
];

/** Reads a folder of this computer. */
function UploadFolder({ upload }: { upload: (files: Files) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const read = async ({ target }: ChangeEvent<HTMLInputElement>) => {
    const list = [...(target.files ?? [])];
    const files = await Promise.all(
      list
        .filter(({ name }) => /\.ya?ml$/.test(name))
        .map(async (file) => [file.webkitRelativePath.split('/').slice(1).join('/') || file.name, await file.text()] as const),
    );
    // Conversations test an assistant, and are no part of it.
    upload(Object.fromEntries(files.filter(([path]) => !path.startsWith('conversations/'))));
    target.value = '';
  };
  return (
    <>
      <Button look="primary" onClick={() => input.current?.click()}>
        <FolderUp aria-hidden /> Upload folder
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        multiple
        {...{ webkitdirectory: '' }}
        onChange={(event) => void read(event)}
        data-testid="assistant-folder"
      />
    </>
  );
}
