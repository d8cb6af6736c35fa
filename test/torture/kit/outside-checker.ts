import type { Db } from '#db/db.ts';
import type { TrialRun } from '#test/torture/trial.ts';

/** A mail that left, as whoever took it knows. */
export interface Left {
  /** Of its X-Op-Id header. */
  opId: string;
  what: string;
  /** Its answer was kept back. */
  withheld: boolean;
}

/** A message that a mailbox shows, with the id of its last change. */
export interface Shown {
  email: string;
  id: string;
  historyId: string;
}

interface Mail {
  op_id: string;
  state: string;
}

const some = (found: readonly string[]): string => `${found.length}: ${found.slice(0, 3).join('; ')}`;

/**
 * Compares what the database says of mail with what left: none twice, none that is believed to have stayed, and none that is
 * believed to have left and did not. A question to a person is allowed where an answer was withheld.
 */
export const judgeSends = async (t: TrialRun, db: Db, left: readonly Left[]): Promise<void> => {
  const mails = await db.all<Mail>('select op_id, state from outbox');
  const states = new Map(mails.map((mail) => [mail.op_id, mail.state]));
  const times = new Map<string, number>();
  for (const { opId } of left) times.set(opId, (times.get(opId) ?? 0) + 1);
  const check = (what: string, found: readonly string[]): void =>
    t.check(what, found.length === 0, some(found));
  check(
    'no mail left twice',
    [...times].filter(([, n]) => n > 1).map(([opId]) => opId),
  );
  check(
    'every mail that left was written here',
    left.filter(({ opId }) => !states.has(opId)).map(({ what }) => what),
  );
  const those = (state: string, is: (opId: string) => boolean): string[] =>
    mails.filter((mail) => mail.state === state && is(mail.op_id)).map((mail) => mail.op_id);
  check(
    'what counts as sent left',
    those('sent', (opId) => !times.has(opId)),
  );
  check(
    'what counts as not sent did not leave',
    those('cancelled', (opId) => times.has(opId)),
  );
  const withheld = new Set(left.filter((one) => one.withheld).map(({ opId }) => opId));
  check(
    'only what nobody could tell is a question',
    those('uncertain', (opId) => !withheld.has(opId)),
  );
};

/** Messages of Gmail that the cursor of their account has passed and that are not in the ledger. */
export const passedOver = async (db: Db, shown: readonly Shown[]): Promise<string[]> => {
  const accounts = await db.all<{ id: string; email: string; cursor: string | null; state: string }>(
    "select id, email, sync_cursor as cursor, state_json as state from accounts where provider = 'gmail'",
  );
  const rows = await db.all<{ id: string; account: string }>(
    'select provider_message_id as id, account_id as account from message_ledger',
  );
  const known = new Set(rows.map((row) => `${row.account} ${row.id}`));
  return accounts.flatMap(({ id: accountId, email, cursor, state }) => {
    const { gap, backfill } = JSON.parse(state) as {
      gap?: unknown;
      backfill?: { finishedAt: string | null };
    };
    // What is older, or was missed, is brought in behind the cursor, and it is known that it is to come.
    if (cursor === null || gap || backfill?.finishedAt === null) return [];
    return shown
      .filter((one) => one.email === email && BigInt(one.historyId) <= BigInt(cursor))
      .filter((one) => !known.has(`${accountId} ${one.id}`))
      .map((one) => one.id);
  });
};

/** The columns that hold text or bytes, by their tables. */
const columnsOf = async (db: Db): Promise<Map<string, string[]>> => {
  const sql =
    db.engine === 'postgres'
      ? `select table_name as "table", column_name as name from information_schema.columns
          where table_schema = 'public' and data_type in ('text', 'bytea')`
      : `select m.name as "table", c.name from sqlite_master m join pragma_table_info(m.name) c
          where m.type = 'table' and lower(c.type) in ('text', 'blob')`;
  const columns = new Map<string, string[]>();
  for (const { table, name } of await db.all<{ table: string; name: string }>(sql)) {
    columns.set(table, [...(columns.get(table) ?? []), name]);
  }
  return columns;
};

const textOf = (value: unknown): string => {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  return typeof value === 'string' ? value : '';
};

/** No row of any table holds one of these. */
export const judgeSecrets = async (t: TrialRun, db: Db, secrets: readonly string[]): Promise<void> => {
  const found: string[] = [];
  for (const [table, columns] of await columnsOf(db)) {
    const list = columns.map((name) => `"${name}"`).join(', ');
    for (const row of await db.all<Record<string, unknown>>(`select ${list} from "${table}"`)) {
      for (const [column, value] of Object.entries(row)) {
        const text = textOf(value);
        if (secrets.some((secret) => text.includes(secret))) found.push(`${table}.${column}`);
      }
    }
  }
  t.check('no token and no password stands in the database in clear', found.length === 0, some(found));
};
