import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, take } from '../../data/api.ts';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { share } from '../../ui/format.ts';
import { Dialog, Field, Loading, Trouble, tell } from '../../ui/parts.tsx';
import { type Files, shortVersion, useVersionFiles, VersionDiff } from './version-diff.tsx';

const shares = [0.01, 0.05, 0.1, 0.25, 0.5];

function ShareField({ value, change }: { value: string; change: (value: string) => void }) {
  return (
    <Field label="New calls" hint="Serve all new calls, or only a share to compare this version with the live one.">
      {(id) => (
        <select id={id} value={value} onChange={({ target }) => change(target.value)}>
          <option value="">All</option>
          {shares.map((part) => (
            <option key={part} value={part}>
              {share(part)}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

function tellDeployed(version: string, part: string): void {
  tell(part ? `${shortVersion(version)} serves ${share(Number(part))} of new calls.` : `${shortVersion(version)} is live.`);
}

/** How a version differs from the one that is live. */
export function CompareDialog({
  versions: [live, other],
  tenant,
  onClose,
}: {
  versions: readonly [string, string];
  tenant: string;
  onClose: () => void;
}) {
  const [before, after] = [useVersionFiles(tenant, live), useVersionFiles(tenant, other)];
  return (
    <Dialog wide open title={`${shortVersion(live)} (live) compared with ${shortVersion(other)}`} onClose={onClose}>
      <Trouble error={before.error ?? after.error} />
      {before.data && after.data ? <VersionDiff before={before.data.files} after={after.data.files} /> : <Loading />}
    </Dialog>
  );
}

/** Lets a known version serve. */
export function DeployDialog({
  version,
  tenant,
  done,
  onClose,
}: {
  version: string;
  tenant: string;
  done: () => void;
  onClose: () => void;
}) {
  const [part, setPart] = useState('');
  const deploy = useMutation({
    mutationFn: () =>
      take(
        api.POST('/assistants/{version}/deploy', {
          params: { path: { version }, query: { tenant } },
          body: part ? { share: Number(part) } : {},
        }),
      ),
    onSuccess: () => {
      tellDeployed(version, part);
      done();
      onClose();
    },
  });
  return (
    <FormDialog title={`Deploy ${shortVersion(version)}`} submit="Deploy" sending={deploy} onClose={onClose}>
      <ShareField value={part} change={setPart} />
    </FormDialog>
  );
}

/** An uploaded folder: what is wrong with it, what it changes, and whether it shall serve. */
export function UploadDialog({
  files,
  live,
  tenant,
  done,
  onClose,
}: {
  files: Files;
  live: string;
  tenant: string;
  done: () => void;
  onClose: () => void;
}) {
  const [part, setPart] = useState('');
  const check = useQuery({
    queryKey: ['check', files],
    queryFn: () => take(api.POST('/assistants/check', { body: { files: { ...files } } })),
  });
  const before = useVersionFiles(tenant, live);
  const deploy = useMutation({
    mutationFn: () =>
      take(
        api.POST('/assistants', {
          params: { query: { tenant } },
          body: { files: { ...files }, ...(part ? { share: Number(part) } : {}) },
        }),
      ),
    onSuccess: ({ version, candidate }) => {
      tellDeployed(candidate ?? version, part);
      done();
      onClose();
    },
  });
  const problems = check.data?.problems ?? [];
  const valid = check.data !== undefined && problems.length === 0;
  return (
    <FormDialog
      wide
      title={check.data ? `Version ${shortVersion(check.data.version)}` : 'Checking'}
      submit={deploy.isPending ? 'Deploying' : 'Deploy'}
      ready={valid}
      sending={deploy}
      onClose={onClose}
    >
      <Trouble error={check.error} />
      {check.isPending && <Loading label="Checking the files" />}
      {problems.length > 0 && (
        <ul className="stack">
          {problems.map(({ file, line, message }) => (
            <li key={`${file} ${line} ${message}`} className="problem">
              <p className="mono">
                {file}
                {line ? `, line ${line}` : ''}
              </p>
              <p>{message}</p>
            </li>
          ))}
        </ul>
      )}
      {valid && (
        <>
          <ShareField value={part} change={setPart} />
          {before.data ? <VersionDiff before={before.data.files} after={files} /> : <Loading />}
        </>
      )}
    </FormDialog>
  );
}
