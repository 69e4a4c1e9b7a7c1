import type { Connection } from '../connection.ts';

/** A table as it is carried from one database to another. */
export interface CarriedTable {
  /** With its schema, as `public.turns`. */
  readonly name: string;
  /** Those that hold what was written, in the order in which they are carried. */
  readonly columns: readonly string[];
}

const schemas = ['public', 'demo_bank'];
const inSchemas = schemas.map((name) => `'${name}'`).join(', ');

/** What no copy is of use to: who asked how often in the last minute. */
const passing = new Set(['public.rate_limits']);

/** All tables, those that others refer to before them. */
export async function carriedTables(connection: Connection): Promise<CarriedTable[]> {
  const found = await connection.query(`
    select n.nspname || '.' || c.relname as name,
      (select array_agg(quote_ident(a.attname) order by a.attnum) from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns,
      (select coalesce(array_agg(distinct rn.nspname || '.' || r.relname), '{}') from pg_constraint k
        join pg_class r on r.oid = k.confrelid join pg_namespace rn on rn.oid = r.relnamespace
        where k.conrelid = c.oid and k.contype = 'f' and k.confrelid <> c.oid) as needs
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and n.nspname in (${inSchemas})
    order by name`);
  const waiting = new Map(found.map((row) => [String(row.name), row as unknown as CarriedTable & { needs: string[] }]));
  const ordered: CarriedTable[] = [];
  while (waiting.size > 0) {
    const free = [...waiting.values()].filter(({ needs }) => !needs.some((other) => waiting.has(other)));
    if (free.length === 0) throw new Error(`Tables refer to each other in a circle: ${[...waiting.keys()].join(', ')}.`);
    for (const { name, columns } of free) {
      waiting.delete(name);
      if (!passing.has(name)) ordered.push({ name, columns });
    }
  }
  return ordered;
}

/** Sets what counts for the next row to what the rows have. */
export async function setSequences(connection: Connection): Promise<void> {
  const owned = await connection.query(`
    select s.oid::regclass::text as sequence, c.oid::regclass::text as "table", quote_ident(a.attname) as "column"
    from pg_class s join pg_depend d on d.objid = s.oid and d.deptype in ('a', 'i')
      join pg_class c on c.oid = d.refobjid join pg_attribute a on a.attrelid = c.oid and a.attnum = d.refobjsubid
      join pg_namespace n on n.oid = c.relnamespace
    where s.relkind = 'S' and n.nspname in (${inSchemas})`);
  for (const { sequence, table, column } of owned) {
    await connection.execute(
      `select setval('${sequence}', coalesce((select max(${column}) from ${table}), 1), exists (select from ${table}))`,
    );
  }
}
