import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { KeyRound, Plus } from 'lucide-react';
import { useState } from 'react';
import { api, type Schemas, take } from '../data/api.ts';
import { useWho } from '../shell/who.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { when, words } from '../ui/format.ts';
import { Button, Card, Dialog, Empty, Field, Loaded, PageHead, Tag, tell } from '../ui/parts.tsx';
import { type Column, Table } from '../ui/table.tsx';

type Key = Schemas['ApiKey'];

const expired = ({ expiresAt }: Key) => expiresAt !== null && Date.parse(expiresAt) < Date.now();

const columns = (revoke: (key: Key) => void): readonly Column<Key>[] => [
  { head: 'Name', cell: ({ name }) => name },
  { head: 'ID', kind: 'mono', cell: ({ id }) => id },
  {
    head: 'Role',
    cell: ({ role, permissions }) => (
      <>
        {words(role)}
        {permissions.length > 0 && <div className="small quiet">{permissions.join(', ')}</div>}
      </>
    ),
  },
  { head: 'Tenant', cell: ({ tenant }) => tenant ?? <span className="quiet">All</span> },
  { head: 'Last used', cell: ({ lastUsedAt }) => (lastUsedAt ? when(lastUsedAt) : <span className="quiet">Never</span>) },
  { head: 'Expires', cell: ({ expiresAt }) => (expiresAt ? when(expiresAt) : <span className="quiet">Never</span>) },
  {
    head: 'Actions',
    kind: 'actions',
    cell: (key) =>
      key.revokedAt ? (
        <Tag tone="bad">Revoked</Tag>
      ) : expired(key) ? (
        <Tag tone="warn">Expired</Tag>
      ) : (
        <Button small look="danger" onClick={() => revoke(key)}>
          Revoke
        </Button>
      ),
  },
];

/** Who and what may ask this service. */
export function KeysPage() {
  const query = useQuery({ queryKey: ['keys'], queryFn: () => take(api.GET('/keys')) });
  const [creating, create] = useState(false);
  const [revoked, revoke] = useState<Key | undefined>();
  return (
    <>
      <PageHead
        title="Keys"
        actions={
          <Button look="primary" onClick={() => create(true)}>
            <Plus aria-hidden /> New key
          </Button>
        }
      >
        API keys for people and programs. Only a hash of each key is stored.
      </PageHead>
      <Loaded query={query}>
        {({ keys }) => (
          <Card flush>
            {keys.length === 0 ? (
              <Empty icon={KeyRound} title="No keys yet">
                On this machine nobody has to log in. Everywhere else a key or a log-in is required.
              </Empty>
            ) : (
              <Table rows={keys} columns={columns(revoke)} keyOf={({ id }) => id} />
            )}
          </Card>
        )}
      </Loaded>
      {creating && <NewKey onClose={() => create(false)} />}
      {revoked && <RevokeKey apiKey={revoked} onClose={() => revoke(undefined)} />}
    </>
  );
}

function RevokeKey({ apiKey: { id, name }, onClose }: { apiKey: Key; onClose: () => void }) {
  const queries = useQueryClient();
  const revoke = useMutation({
    mutationFn: () => take(api.DELETE('/keys/{id}', { params: { path: { id } } })),
    onSuccess: () => {
      tell(`${name} is revoked.`);
      void queries.invalidateQueries({ queryKey: ['keys'] });
      onClose();
    },
  });
  return (
    <FormDialog title={`Revoke ${name}?`} submit="Revoke key" danger sending={revoke} onClose={onClose}>
      <p>Every process refuses the key within five seconds. A revoked key cannot be restored.</p>
    </FormDialog>
  );
}

const roles = ['agent', 'operator', 'admin'] as const;

function NewKey({ onClose }: { onClose: () => void }) {
  const { me, tenant } = useWho();
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [role, setRole] = useState<(typeof roles)[number]>('agent');
  const [days, setDays] = useState('365');
  const [forTenant, setForTenant] = useState(me.tenant ?? '');
  const create = useMutation({
    mutationFn: () =>
      take(
        api.POST('/keys', {
          body: {
            name,
            role,
            permissions: [],
            ...(days ? { expiresInDays: Number(days) } : {}),
            ...(forTenant ? { tenant: forTenant } : {}),
          },
        }),
      ),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ['keys'] }),
  });
  if (create.data) {
    return (
      <Dialog
        open
        title="Copy your key now"
        onClose={onClose}
        actions={
          <Button look="primary" onClick={onClose}>
            Done
          </Button>
        }
      >
        <pre className="text" data-testid="new-key">
          {create.data.key}
        </pre>
        <p className="small quiet">The key is shown only once. If you lose it, create another one and revoke this one.</p>
      </Dialog>
    );
  }
  return (
    <FormDialog title="New key" submit="Create key" ready={name.trim() !== ''} sending={create} onClose={onClose}>
      <Field label="Name" hint="The person or program that uses the key.">
        {(id) => <input id={id} maxLength={100} value={name} onChange={({ target }) => setName(target.value)} />}
      </Field>
      <Field label="Role">
        {(id) => (
          <select id={id} value={role} onChange={({ target }) => setRole(target.value as (typeof roles)[number])}>
            {roles.map((one) => (
              <option key={one} value={one}>
                {words(one)}
              </option>
            ))}
          </select>
        )}
      </Field>
      {me.tenant === null && (
        <Field label="Tenant" hint="Leave empty to give access to all tenants.">
          {(id) => <input id={id} placeholder={tenant} value={forTenant} onChange={({ target }) => setForTenant(target.value)} />}
        </Field>
      )}
      <Field label="Expires after (days)" hint="Leave empty for a key that never expires.">
        {(id) => <input id={id} type="number" min={1} max={3650} value={days} onChange={({ target }) => setDays(target.value)} />}
      </Field>
    </FormDialog>
  );
}
