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

interface StretchOptions {
  /** The id where the stretch before ended; undefined for the first one. */
  after: string | undefined;
  most: number;
  newestFirst?: boolean;
  /** They stay as they are until this transaction ends. */
  locked?: boolean;
}

const FORWARD = { beyond: 'id >', upTo: 'id <=', order: 'id', start: '' };
const BACKWARD = { beyond: 'id <', upTo: 'id >=', order: 'id desc', start: 'g' };

/** Those of the next dead letters that fit: a bounded number is looked at, and at most `most` are returned. */
export const stretchOfDead = async (sql: Sql, filter: DeadFilter, o: StretchOptions): Promise<Stretch> => {
  const way = o.newestFirst ? BACKWARD : FORWARD;
  const after = o.after ?? way.start;
  // The partial indexes count only for statements that name the state itself.
  const dead = filter.state === 'canceled' ? "state = 'canceled'" : "state = 'failed'";
  const [bound] = await sql.all<{ id: string }>(
    `select id from jobs where ${dead} and ${way.beyond} $1 order by ${way.order} limit 1 offset ${whole(2)}`,
    [after, JOB_BULK_SCAN_ROWS - 1],
  );
  const params: SqlValue[] = [after];
  const where = [dead, `${way.beyond} $1`];
  const add = (value: SqlValue, part: (place: number) => string) => {
    params.push(value);
    where.push(part(params.length));
  };
  if (bound) add(bound.id, (n) => `${way.upTo} $${n}`);
  for (const [key, part] of CONDITIONS) {
    const value = filter[key];
    if (value === undefined) continue;
    const given = typeof value === 'string' ? value : JSON.stringify(value);
    add(given, (n) => part(n, sql.engine === 'postgres'));
  }
  params.push(o.most);
  const rows = await sql.all<DeadRow>(
    `select id, type, priority, singleton_key, fair_key from jobs where ${where.join(' and ')}
     order by ${way.order} limit ${whole(params.length)}${o.locked && sql.engine === 'postgres' ? ' for update' : ''}`,
    params,
  );
  const cut = rows.length === o.most ? rows.at(-1)?.id : undefined;
  return { rows, next: cut ?? bound?.id ?? null };
};
