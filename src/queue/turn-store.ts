import type { Sql } from '#db/db.ts';

interface Order {
  type: string;
  priority: number;
}

const FIRST = `select turn from jobs where type = $1 and priority = $2 and state = 'queued' and not_before <= updated_at
  order by turn limit 1`;

/** The place of the job that is next among the ready ones of a type and priority. */
export const firstTurn = async (sql: Sql, { type, priority }: Order): Promise<string | undefined> =>
  (await sql.all<{ turn: string }>(FIRST, [type, priority]))[0]?.turn;

const LAST = `select turn from jobs where fair_key = $1 and type = $2 and priority = $3 and state = 'queued'
  order by turn desc limit 1`;

/** The last place that is taken for a fair key. */
export const lastTurn = async (
  sql: Sql,
  { fairKey, type, priority }: Order & { fairKey: string },
): Promise<string | undefined> => (await sql.all<{ turn: string }>(LAST, [fairKey, type, priority]))[0]?.turn;
