import { carriedTables } from '../../db/backup/tables.ts';
import { asAllTenants, type Connection } from '../../db/connection.ts';

/** Values that no text format may garble. */
const awkward = 'a\tb\nc\\d \'e\' "f" ü € \\N';

/** Puts a row into every table that has none, with a value in every column: as its owner, who is kept out of what is guarded. */
export async function fillTables(connection: Connection): Promise<void> {
  const guarded = await connection.query(`select oid::regclass::text as name from pg_class where relforcerowsecurity`);
  for (const { name } of guarded) await connection.execute(`alter table ${name} no force row level security`);
  for (const { name } of await carriedTables(connection)) {
    const [found] = await connection.query(`select exists (select from ${name}) as filled`);
    if (found?.filled) continue;
    const columns = await connection.query(
      `select quote_ident(a.attname) as column, format_type(a.atttypid, a.atttypmod) as type,
        exists (select from pg_constraint k where k.conrelid = a.attrelid and k.contype in ('p', 'f') and a.attnum = any (k.conkey)) as key
      from pg_attribute a where a.attrelid = '${name}'::regclass and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''`,
    );
    const values = columns.map(({ column, type, key }) => exampleFor(String(column), String(type), Boolean(key)));
    await connection.query(
      `insert into ${name} (${columns.map(({ column }) => column).join(', ')}) overriding system value values (${values.map((_, i) => `$${i + 1}`).join(', ')})`,
      values,
    );
  }
  for (const { name } of guarded) await connection.execute(`alter table ${name} force row level security`);
}

function exampleFor(column: string, type: string, key: boolean): unknown {
  if (type.endsWith('[]')) return type.startsWith('text') ? [awkward, 'NULL', ''] : [];
  if (type.startsWith('vector')) return `[${Array.from({ length: Number(/\d+/.exec(type)?.[0]) }, (_, i) => i / 7).join(',')}]`;
  if (type === 'jsonb') return JSON.stringify({ text: awkward, list: [1.5, null] });
  if (type === 'uuid') return '00000000-0000-4000-8000-00000000a1a1';
  if (type === 'boolean') return true;
  if (type.startsWith('timestamp')) return '2026-01-02T03:04:05.678Z';
  if (type === 'date') return '2026-01-02';
  if (type === 'tsvector') return 'word:1';
  if (type === 'text' || type.startsWith('character')) return key || column === 'status' ? 'default' : awkward;
  return 1;
}

/** A digest of the rows of each table. */
export async function rowsOf(connection: Connection): Promise<Record<string, unknown>> {
  return asAllTenants(connection, async () => {
    const rows: Record<string, unknown> = {};
    for (const { name } of await carriedTables(connection)) {
      const [digest] = await connection.query(
        `select count(*)::int as rows, md5(string_agg(t::text, ',' order by t::text)) as md5 from ${name} t`,
      );
      rows[name] = digest;
    }
    return rows;
  });
}

/** Everything that a schema consists of, in words. */
export async function schemaOf(connection: Connection): Promise<readonly string[]> {
  const rows = await connection.query(`
    select 'column ' || c.oid::regclass || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || case when a.attnotnull then ' not null' else '' end
      || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '') as line
      from pg_class c join pg_attribute a on a.attrelid = c.oid left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
      where c.relkind = 'r' and c.relnamespace in ('public'::regnamespace, 'demo_bank'::regnamespace) and a.attnum > 0 and not a.attisdropped
    union all select 'index ' || indexdef from pg_indexes where schemaname in ('public', 'demo_bank')
    union all select 'constraint ' || conrelid::regclass || ' ' || pg_get_constraintdef(oid) from pg_constraint where contype <> 'n' and connamespace in ('public'::regnamespace, 'demo_bank'::regnamespace)
    union all select 'policy ' || tablename || ' ' || policyname || coalesce(qual, '') || coalesce(with_check, '') from pg_policies
    union all select 'guard ' || oid::regclass || relrowsecurity || relforcerowsecurity from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace
    union all select 'function ' || proname from pg_proc p where pronamespace = 'public'::regnamespace
      and not exists (select from pg_depend e where e.objid = p.oid and e.deptype = 'e')
    union all select 'trigger ' || pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
    order by 1`);
  return rows.map(({ line }) => String(line));
}
