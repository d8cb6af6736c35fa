import { JOB_BULK_SCAN_ROWS } from '#config/limits.ts';
import type { Sql, SqlValue } from '#db/db.ts';
import type { FailureKind } from './job.ts';

/** Chooses among jobs that failed or were canceled. Everything that is named must fit. */
export interface DeadFilter {
  /** Default: failed. */
  state?: 'failed' | 'canceled';
  failureKind?: FailureKind;
  type?: string;
  userId?: string;
  /** Part of the last error, in any case. */
  errorContains?: string;
  /** Instants: ended at this time or later, and before this one. */
  finishedAfter?: string;
  finishedBefore?: string;
  ids?: readonly string[];
}

export interface DeadRow {
  id: string;
  type: string;
  priority: number;
  singleton_key: string | null;
  fair_key: string | null;
}

const whole = (place: number): string => `cast($${place} as integer)`;

type Part = (place: number, postgres: boolean) => string;

const CONDITIONS: readonly [keyof DeadFilter, Part][] = [
  ['failureKind', (n) => `failure_kind = $${n}`],
  ['type', (n) => `type = $${n}`],
  ['userId', (n) => `user_id = $${n}`],
  [
    'errorContains',
    (n, postgres) => `${postgres ? 'strpos' : 'instr'}(lower(coalesce(last_error, '')), lower($${n})) > 0`,
  ],
  ['finishedAfter', (n) => `finished_at >= $${n}`],
  ['finishedBefore', (n) => `finished_at < $${n}`],
  [
    'ids',
    (n, postgres) =>
      `id in (select ${postgres ? `json_array_elements_text($${n}::json)` : `value from json_each($${n})`})`,
  ],
];

/** One stretch of the dead letters, in order of their ids. */
export interface Stretch {
  rows: DeadRow[];
  /** Where the next stretch begins; null at the end. */
  next: string | null;
}

/**
 * Those of the next dead letters after an id that fit: a bounded number is looked at, and at most `most` are returned.
 * `locked`: they stay as they are until this transaction ends.
 */
export const stretchOfDead = async (
  sql: Sql,
  filter: DeadFilter,
  { after, most, locked = false }: { after: string; most: number; locked?: boolean },
): Promise<Stretch> => {
  // The partial indexes count only for statements that name the state itself.
  const dead = filter.state === 'canceled' ? "state = 'canceled'" : "state = 'failed'";
  const [bound] = await sql.all<{ id: string }>(
    `select id from jobs where ${dead} and id > $1 order by id limit 1 offset ${whole(2)}`,
    [after, JOB_BULK_SCAN_ROWS - 1],
  );
  const params: SqlValue[] = [after];
  const where = [dead, 'id > $1'];
  const add = (value: SqlValue, part: (place: number) => string) => {
    params.push(value);
    where.push(part(params.length));
  };
  if (bound) add(bound.id, (n) => `id <= $${n}`);
  for (const [key, part] of CONDITIONS) {
    const value = filter[key];
    if (value === undefined) continue;
    const given = typeof value === 'string' ? value : JSON.stringify(value);
    add(given, (n) => part(n, sql.engine === 'postgres'));
  }
  params.push(most);
  const rows = await sql.all<DeadRow>(
    `select id, type, priority, singleton_key, fair_key from jobs where ${where.join(' and ')}
     order by id limit ${whole(params.length)}${locked && sql.engine === 'postgres' ? ' for update' : ''}`,
    params,
  );
  const cut = rows.length === most ? rows.at(-1)?.id : undefined;
  return { rows, next: cut ?? bound?.id ?? null };
};
