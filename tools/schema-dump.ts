import { migrate } from '#db/migrate.ts';
import { openDatabase } from '#db/open.ts';
import { systemClock } from '#std/clock.ts';
import { systemRandom } from '#std/random.ts';

const HEAD = '-- The schema after all migrations. Made by `npm run snapshot`; read its diff in review.\n\n';

const migrated = async (url: string) => {
  const db = await openDatabase({ url, clock: systemClock, random: systemRandom });
  await migrate(db, { clock: systemClock });
  return db;
};

/** Every table, index and trigger of a fresh SQLite database, as it keeps them itself, in order of name. */
export const dumpSqlite = async (): Promise<string> => {
  const db = await migrated(':memory:');
  const rows = await db.all<{ sql: string }>(
    "select sql from sqlite_master where sql is not null and name not like 'sqlite_%' and tbl_name not like '%\\_fts\\_%' escape '\\' order by tbl_name, type desc, name",
  );
  await db.close();
  return HEAD + rows.map((row) => `${row.sql};\n`).join('\n');
};

// PostgreSQL keeps no statements, so they are put together from its catalog: columns, constraints, then indexes.
const POSTGRES_TABLES = `
  select c.relname as name,
    (select string_agg('  ' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
        || case when a.attgenerated = 's' then ' generated always as (' || pg_get_expr(d.adbin, d.adrelid) || ') stored'
                when a.attidentity = 'a' then ' generated always as identity'
                when d.adbin is not null then ' default ' || pg_get_expr(d.adbin, d.adrelid) else '' end
        || case when a.attnotnull then ' not null' else '' end, E',\\n' order by a.attnum)
      from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
    (select string_agg('  ' || pg_get_constraintdef(k.oid), E',\\n' order by k.contype desc, k.conname)
      from pg_constraint k where k.conrelid = c.oid and k.contype <> 'n') as constraints,
    (select string_agg(pg_get_indexdef(i.indexrelid) || ';', E'\\n' order by i.indexrelid::regclass::text)
      from pg_index i where i.indrelid = c.oid
        and not exists (select 1 from pg_constraint k where k.conindid = i.indexrelid)) as indexes,
    (select string_agg(pg_get_triggerdef(t.oid) || ';', E'\\n' order by t.tgname)
      from pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal) as triggers
  from pg_class c where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace order by c.relname`;

const POSTGRES_FUNCTIONS = `
  select pg_get_functiondef(p.oid) as text from pg_proc p
  where p.pronamespace = 'public'::regnamespace and p.prokind = 'f'
    and not exists (select 1 from pg_depend d where d.objid = p.oid and d.deptype = 'e') order by p.proname`;

interface TableRow {
  name: string;
  columns: string;
  constraints: string | null;
  indexes: string | null;
  triggers: string | null;
}

/** Every table, constraint, index, trigger and function of a fresh PostgreSQL database at `url`. */
export const dumpPostgres = async (url: string): Promise<string> => {
  const db = await migrated(url);
  const tables = await db.all<TableRow>(POSTGRES_TABLES);
  const functions = await db.all<{ text: string }>(POSTGRES_FUNCTIONS);
  await db.close();
  const parts = tables.map((t) => {
    const body = [t.columns, t.constraints].filter((part) => part !== null).join(',\n');
    const more = [t.indexes, t.triggers].filter((part) => part !== null).map((part) => `${part}\n`);
    return `create table ${t.name} (\n${body}\n);\n${more.join('')}`;
  });
  return HEAD + [...parts, ...functions.map((one) => `${one.text.trim()};\n`)].join('\n');
};
