import type { SqlValue, Tx } from './db.ts';

// Few sizes, so that few statements are prepared; a page of rows is cut into the largest that fit.
const CHUNKS = [64, 16, 4, 1] as const;

const statements = new Map<string, string>();

const statementFor = (table: string, columns: readonly string[], rows: number, tail: string): string => {
  const key = `${table}|${columns.length}|${rows}|${tail}`;
  const known = statements.get(key);
  if (known) return known;
  let place = 0;
  const tuple = () => `(${columns.map(() => `$${++place}`).join(', ')})`;
  const values = Array.from({ length: rows }, tuple).join(', ');
  const sql = `insert into ${table} (${columns.join(', ')}) values ${values}${tail === '' ? '' : ` ${tail}`}`;
  statements.set(key, sql);
  return sql;
};

export interface InsertRows {
  table: string;
  columns: readonly string[];
  /** Each with one value for every column. */
  rows: readonly (readonly SqlValue[])[];
  /** What follows VALUES: ON CONFLICT …, RETURNING …. A constant text. */
  tail?: string;
}

/** Inserts many rows with few statements. Returns what `tail` returns, in no set order. */
export const insertRows = async <Row = never>(tx: Tx, o: InsertRows): Promise<Row[]> => {
  const out: Row[] = [];
  let at = 0;
  for (const size of CHUNKS) {
    const sql = statementFor(o.table, o.columns, size, o.tail ?? '');
    for (; o.rows.length - at >= size; at += size) {
      const params = o.rows.slice(at, at + size).flat();
      for (const row of await tx.all<Row>(sql, params)) out.push(row);
    }
  }
  return out;
};

/** The rows of a subquery `$n` that holds a JSON array of texts: `id in (${textsOf(engine, 1)})`. */
export const textsOf = (engine: Tx['engine'], place: number): string =>
  engine === 'postgres'
    ? `select jsonb_array_elements_text($${place}::jsonb)`
    : `select value from json_each($${place})`;

/**
 * A condition that a row belongs to a user, for statements that name their rows by id: it never makes an engine walk all
 * the user's rows instead.
 */
export const belongsTo = (column: string, place: number): string => `${column} || '' = $${place}`;
