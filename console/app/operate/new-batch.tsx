import { useMutation, useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { api, take } from '../data/api.ts';
import { useWho } from '../shell/who.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { plural, words } from '../ui/format.ts';
import { Field } from '../ui/parts.tsx';
import { Table } from '../ui/table.tsx';
import { readTable } from './csv.ts';

/** Columns that mean something to a batch; the others fill placeholders. */
const meanings = ['key', 'text', 'voice', 'engine', 'speed'] as const;
type Row = Readonly<Record<string, string>>;
type Meaning = (typeof meanings)[number];
const shownRows = 5;

/** A file, what its columns mean, and what is made of it. */
export function NewBatch({ onClose, started }: { onClose: () => void; started: (id: string) => void }) {
  const { tenant, me } = useWho();
  const [file, setFile] = useState<{ name: string; text: string } | undefined>();
  const [chosen, choose] = useState<Partial<Record<Meaning, string>>>({});
  const [text, setText] = useState('');
  const [voice, setVoice] = useState('');
  const [approve, setApprove] = useState(false);
  const table = useMemo(() => (file ? readTable(file.text) : undefined), [file]);
  const voices = useQuery({ queryKey: ['voices'], queryFn: () => take(api.GET('/tts/voices')), staleTime: 60_000 });
  const columnOf = (meaning: Meaning) => chosen[meaning] ?? table?.columns.find((name) => name.toLowerCase() === meaning) ?? '';
  const used = new Set(meanings.map(columnOf));
  const others = table?.columns.filter((name) => !used.has(name)) ?? [];

  const create = useMutation({
    mutationFn: async () => {
      const items = table?.rows.map((row) => {
        const item: Record<string, unknown> = Object.fromEntries(others.map((name) => [name, row[name]]));
        for (const meaning of meanings) {
          const value = row[columnOf(meaning)]?.trim();
          if (value) item[meaning] = meaning === 'speed' ? Number(value) : value;
        }
        return item;
      });
      return take(
        api.POST('/batches', {
          params: { query: { tenant } },
          body: {
            name: file?.name.replace(/\.\w+$/, '') ?? 'batch',
            items: items ?? [],
            ...(text ? { text } : {}),
            ...(voice ? { voice } : {}),
            ...(approve ? { approvedBy: me.id } : {}),
          } as never,
        }),
      );
    },
    onSuccess: ({ id }) => started(id),
  });
  const ready = table && table.rows.length > 0 && columnOf('key') !== '' && (columnOf('text') !== '' || text !== '');

  return (
    <FormDialog
      wide
      title="New batch"
      submit={table ? `Create ${plural(table.rows.length, 'message')}` : 'Create messages'}
      ready={Boolean(ready)}
      sending={create}
      onClose={onClose}
    >
      <Field label="File" hint="CSV with column names in the first row, separated by commas, semicolons or tabs.">
        {(id) => (
          <input
            id={id}
            type="file"
            accept=".csv,.tsv,.txt,text/csv"
            onChange={async ({ target }) => {
              const [one] = target.files ?? [];
              if (one) setFile({ name: one.name, text: await one.text() });
              choose({});
            }}
          />
        )}
      </Field>
      {table && (
        <>
          <div className="grid" style={{ gridTemplateColumns: 'repeat(auto-fit, minmax(130px, 1fr))' }}>
            {meanings.map((meaning) => (
              <Field key={meaning} label={words(meaning)}>
                {(id) => (
                  <select
                    id={id}
                    value={columnOf(meaning)}
                    onChange={({ target }) => choose((before) => ({ ...before, [meaning]: target.value }))}
                  >
                    <option value="">{meaning === 'text' ? 'Same text for every row' : 'None'}</option>
                    {table.columns.map((name) => (
                      <option key={name}>{name}</option>
                    ))}
                  </select>
                )}
              </Field>
            ))}
          </div>
          {columnOf('text') === '' && (
            <Field
              label="Text for every row"
              hint={`Placeholders: ${others.map((name) => `{{${name}}}`).join(', ') || 'the other columns of the file'}`}
            >
              {(id) => <textarea id={id} rows={3} value={text} onChange={({ target }) => setText(target.value)} />}
            </Field>
          )}
          <div className="row">
            <Field label="Default voice">
              {(id) => (
                <select id={id} value={voice} onChange={({ target }) => setVoice(target.value)}>
                  <option value="">Default</option>
                  {voices.data?.voices
                    .filter(({ available }) => available)
                    .map(({ voice: name, engine }) => (
                      <option key={`${engine} ${name}`} value={name}>
                        {name}
                      </option>
                    ))}
                </select>
              )}
            </Field>
            <label className="row" style={{ paddingTop: 22 }}>
              <input type="checkbox" checked={approve} onChange={({ target }) => setApprove(target.checked)} />
              Approve recordings without findings
            </label>
          </div>
          <Table
            rows={table.rows.slice(0, shownRows)}
            columns={table.columns.map((name) => ({ head: name, cell: (row: Row) => row[name] }))}
            keyOf={(_, index) => index}
          />
          {table.rows.length > shownRows && (
            <p className="small quiet">{plural(table.rows.length - shownRows, 'more row')} not shown.</p>
          )}
        </>
      )}
    </FormDialog>
  );
}
