import type { Db } from '#db/db.ts';

export interface MigrateOrder {
  database: { url: string; authToken?: string };
  /** How many migrations the program knows; default: all. */
  knows?: number;
  /** Where the copy goes; none is made without it. */
  backupTo?: string;
}

export interface Migrated {
  applied: number[];
  ms: number;
  error?: { code: string; message: string };
}

const NOW = "'2026-01-15T09:00:00.000Z'";
const NUMBERS =
  'with recursive n (i) as (select cast(1 as bigint) union all select i + 1 from n where i < cast($1 as bigint))';

const PEOPLE = [
  `insert into users (id, email, display_name, time_zone, locale, created_at, updated_at)
    values ('u', 'robin@marlow.example', 'Robin', 'UTC', 'en', ${NOW}, ${NOW})`,
  `insert into accounts (id, user_id, provider, email, display_name, status, created_at, updated_at)
    values ('a', 'u', 'local', 'robin@marlow.example', 'Robin', 'active', ${NOW}, ${NOW})`,
  `insert into threads (id, user_id, account_id, subject, first_message_at, last_message_at, message_count)
    values ('t', 'u', 'a', 'Letters', ${NOW}, ${NOW}, 1)`,
];

const MESSAGES = `${NUMBERS} insert into messages (id, user_id, account_id, thread_id, provider_message_id, from_address, from_name,
    from_json, reply_to_json, to_json, cc_json, bcc_json, subject, snippet, received_at, internal_date, labels_json, flags_json,
    headers_json, size_bytes, has_attachments, has_calendar, references_json, created_at)
  select 'm' || i, 'u', 'a', 't', 'p' || i, 'ada@example.com', 'Ada', '[]', '[]', '[]', '[]', '[]', 'Letter ' || i,
    'Something was written, and somebody may want to read it.', ${NOW}, ${NOW}, '["INBOX"]', '[]', '[]', 2000, 0, 0, '[]', ${NOW}
  from n`;

const CONTENTS = `insert into message_contents (message_id, user_id, body_plain)
  select id, user_id, 'Something was written, and somebody may want to read it, or not.' from messages`;

const LABELS = `insert into message_labels (account_id, provider_label_id, received_at, message_id, thread_id, user_id)
  select account_id, 'INBOX', received_at, id, thread_id, user_id from messages`;

/** Jobs in every state, as many as messages. */
const JOBS = `${NUMBERS} insert into jobs (id, type, payload_json, state, failure_kind, attempts, not_before, claim_token, worker_id,
    heartbeat_at, created_at, updated_at, finished_at)
  select 'j' || i, 'old', '{}',
    case i % 5 when 0 then 'queued' when 1 then 'running' when 2 then 'failed' else 'completed' end,
    case i % 5 when 2 then 'exhausted' end, 1, ${NOW}, case i % 5 when 1 then 'token' || i end, case i % 5 when 1 then 'gone' end,
    case i % 5 when 1 then ${NOW} end, ${NOW}, ${NOW}, case when i % 5 >= 2 then ${NOW} end
  from n`;

/** Fills a database of the first schema with so many messages and jobs. */
export const fillOld = async (db: Db, count: number): Promise<void> => {
  await db.write(async (tx) => {
    for (const sql of PEOPLE) await tx.run(sql);
    await tx.run(MESSAGES, [count]);
    await tx.run(CONTENTS);
    await tx.run(LABELS);
    await tx.run(JOBS, [count]);
  });
};

const COUNTED = ['users', 'accounts', 'threads', 'messages', 'message_contents', 'message_labels', 'jobs'];

/** How many rows each of the old tables has. */
export const countOld = async (db: Db): Promise<string> => {
  const counts: string[] = [];
  for (const table of COUNTED) {
    const [row] = await db.all<{ n: number }>(`select count(*) as n from ${table}`);
    counts.push(`${table} ${row?.n}`);
  }
  return counts.join(', ');
};

const SQLITE_SCHEMA = "select type || ' ' || name || ' ' || coalesce(sql, '') as line from sqlite_master";
const POSTGRES_SCHEMA = `select concat_ws(' ', table_name, column_name, data_type, is_nullable, column_default) as line
    from information_schema.columns where table_schema = 'public'
  union all select indexdef from pg_indexes where schemaname = 'public'
  union all select concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid)) from pg_constraint
    where connamespace = 'public'::regnamespace
  union all select pg_get_triggerdef(oid) from pg_trigger where not tgisinternal`;

/** Everything that the schema of a database consists of. */
export const schemaOf = async (db: Db): Promise<string> => {
  const rows = await db.all<{ line: string }>(db.engine === 'postgres' ? POSTGRES_SCHEMA : SQLITE_SCHEMA);
  return rows
    .map((row) => row.line)
    .sort()
    .join('\n');
};
