import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Building2, Plus } from 'lucide-react';
import { useState } from 'react';
import { api, type Schemas, take } from '../data/api.ts';
import { useWho } from '../shell/who.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { number, plural } from '../ui/format.ts';
import { Button, Card, Empty, Field, Loaded, PageHead, tell } from '../ui/parts.tsx';
import { type Column, Table } from '../ui/table.tsx';

type Tenant = Schemas['Tenant'];

const fresh: Tenant = {
  id: '',
  bankName: null,
  numbers: [],
  maxSessions: null,
  retentionSessionsDays: null,
  retentionAudioDays: null,
};

const Default = () => <span className="quiet">Default</span>;
const days = (count: number | null) => (count === null ? <Default /> : plural(count, 'day'));

const columns = (edit: (tenant: Tenant) => void): readonly Column<Tenant>[] => [
  { head: 'Tenant', kind: 'mono', cell: ({ id }) => id },
  { head: 'Bank name', cell: ({ bankName }) => bankName ?? <Default /> },
  {
    head: 'Phone numbers',
    cell: ({ numbers }) => (numbers.length > 0 ? numbers.join(', ') : <span className="quiet">None</span>),
  },
  {
    head: 'Concurrent calls',
    kind: 'number',
    cell: ({ maxSessions }) => (maxSessions === null ? <Default /> : number(maxSessions)),
  },
  { head: 'Transcripts kept', cell: ({ retentionSessionsDays }) => days(retentionSessionsDays) },
  { head: 'Recordings kept', cell: ({ retentionAudioDays }) => days(retentionAudioDays) },
  {
    head: 'Actions',
    kind: 'actions',
    cell: (tenant) => (
      <Button small onClick={() => edit(tenant)}>
        Edit
      </Button>
    ),
  },
];

/** Banks and departments of this installation. */
export function TenantsPage() {
  const { me } = useWho();
  const query = useQuery({ queryKey: ['tenants'], queryFn: () => take(api.GET('/tenants')) });
  const [edited, edit] = useState<Tenant | undefined>();
  return (
    <>
      <PageHead
        title="Tenants"
        actions={
          me.tenant === null && (
            <Button look="primary" onClick={() => edit(fresh)}>
              <Plus aria-hidden /> New tenant
            </Button>
          )
        }
      >
        Each tenant has its own assistants, articles, messages, keys, phone numbers and retention, and sees no data of the others.
      </PageHead>
      <Loaded query={query}>
        {({ tenants }) => (
          <Card flush>
            {tenants.length === 0 ? (
              <Empty icon={Building2} title="Only the default tenant">
                It takes all its settings from the configuration. Edited and new tenants appear here.
              </Empty>
            ) : (
              <Table rows={tenants} columns={columns(edit)} keyOf={({ id }) => id} />
            )}
          </Card>
        )}
      </Loaded>
      {edited && <EditTenant tenant={edited} onClose={() => edit(undefined)} />}
    </>
  );
}

function EditTenant({ tenant, onClose }: { tenant: Tenant; onClose: () => void }) {
  const queries = useQueryClient();
  const [draft, setDraft] = useState({
    id: tenant.id,
    bankName: tenant.bankName ?? '',
    numbers: tenant.numbers.join('\n'),
    maxSessions: text(tenant.maxSessions),
    retentionSessionsDays: text(tenant.retentionSessionsDays),
    retentionAudioDays: text(tenant.retentionAudioDays),
  });
  const field = (name: keyof typeof draft) => ({
    value: draft[name],
    onChange: ({ target }: { target: { value: string } }) => setDraft((before) => ({ ...before, [name]: target.value })),
  });
  const save = useMutation({
    mutationFn: () =>
      take(
        api.PUT('/tenants/{tenant}', {
          params: { path: { tenant: draft.id } },
          body: {
            bankName: draft.bankName.trim() || null,
            numbers: draft.numbers.split(/\s+/).filter(Boolean),
            maxSessions: count(draft.maxSessions),
            retentionSessionsDays: count(draft.retentionSessionsDays),
            retentionAudioDays: count(draft.retentionAudioDays),
          },
        }),
      ),
    onSuccess: () => {
      tell(`${draft.id} is saved.`);
      void queries.invalidateQueries({ queryKey: ['tenants'] });
      onClose();
    },
  });
  const isNew = tenant.id === '';
  return (
    <FormDialog
      title={isNew ? 'New tenant' : `Edit ${tenant.id}`}
      submit={isNew ? 'Create tenant' : 'Save'}
      ready={draft.id !== ''}
      sending={save}
      onClose={onClose}
    >
      {isNew && (
        <Field label="ID" hint="Lower-case letters, digits and dashes.">
          {(id) => <input id={id} {...field('id')} />}
        </Field>
      )}
      <Field label="Bank name" hint="Used in the greeting. Leave empty to use the configured name.">
        {(id) => <input id={id} {...field('bankName')} />}
      </Field>
      <Field label="Phone numbers" hint="One per line, such as +4930123456. Calls to these numbers belong to this tenant.">
        {(id) => <textarea id={id} rows={3} {...field('numbers')} />}
      </Field>
      <div className="grid" style={{ gridTemplateColumns: 'repeat(auto-fit, minmax(130px, 1fr))' }}>
        <Field label="Concurrent calls">{(id) => <input id={id} type="number" min={0} {...field('maxSessions')} />}</Field>
        <Field label="Keep transcripts (days)">
          {(id) => <input id={id} type="number" min={1} {...field('retentionSessionsDays')} />}
        </Field>
        <Field label="Keep recordings (days)">
          {(id) => <input id={id} type="number" min={1} {...field('retentionAudioDays')} />}
        </Field>
      </div>
      <p className="small quiet">Leave a number empty to use the configured default.</p>
    </FormDialog>
  );
}

const text = (n: number | null): string => (n === null ? '' : String(n));
const count = (typed: string): number | null => (typed.trim() === '' ? null : Number(typed));
