import type { Sql, Tx } from '#db/db.ts';
import type { OutboxState } from '#db/enums.ts';
import { insertRows, textsOf } from '#db/insert-rows.ts';
import type { OutboxRow } from '#db/sending-tables.ts';
import { contentHash } from '#mail/content-hash.ts';
import { invariant } from '#std/assert.ts';
import type { Instant } from '#std/time.ts';
import { OUTBOX_MOVES, type OutboxEntry, type OutboxMail } from './outbox.ts';

type EntryRow = Omit<OutboxRow, 'raw'>;

const ENTRY =
  'id, user_id, account_id, action_id, op_id, state, automatic, rfc822_message_id, sender, recipients_json, thread_key, raw_hash, staged_id, sent_id, tries, looks, reason, created_at, updated_at';

const fromRow = (row: EntryRow): OutboxEntry => ({
  id: row.id,
  userId: row.user_id,
  accountId: row.account_id,
  actionId: row.action_id,
  opId: row.op_id,
  state: row.state,
  automatic: row.automatic === 1,
  messageId: row.rfc822_message_id,
  sender: row.sender,
  recipients: JSON.parse(row.recipients_json) as string[],
  threadKey: row.thread_key,
  rawHash: row.raw_hash,
  stagedId: row.staged_id,
  sentId: row.sent_id,
  tries: Number(row.tries),
  looks: Number(row.looks),
  reason: row.reason,
  createdAt: row.created_at as Instant,
  updatedAt: row.updated_at as Instant,
});

export type NewOutboxMail = Pick<
  OutboxMail,
  | 'id'
  | 'userId'
  | 'accountId'
  | 'actionId'
  | 'opId'
  | 'automatic'
  | 'messageId'
  | 'sender'
  | 'recipients'
  | 'threadKey'
  | 'raw'
  | 'createdAt'
>;

const COLUMNS = [
  'id',
  'user_id',
  'account_id',
  'action_id',
  'op_id',
  'state',
  'automatic',
  'rfc822_message_id',
  'sender',
  'recipients_json',
  'thread_key',
  'raw',
  'raw_hash',
  'created_at',
  'updated_at',
] as const;

/** Throws a unique `db.constraint` conflict when the same operation stands there already. */
export const insertOutboxMail = async (tx: Tx, m: NewOutboxMail): Promise<void> => {
  const row = [
    m.id,
    m.userId,
    m.accountId,
    m.actionId,
    m.opId,
    'prepared',
    m.automatic ? 1 : 0,
    m.messageId,
    m.sender,
    JSON.stringify(m.recipients),
    m.threadKey,
    m.raw,
    contentHash(m.raw),
    m.createdAt,
    m.createdAt,
  ];
  await insertRows(tx, { table: 'outbox', columns: COLUMNS, rows: [row] });
};

export const outboxMailOf = async (sql: Sql, actionId: string): Promise<OutboxMail | undefined> => {
  const [row] = await sql.all<OutboxRow>('select * from outbox where action_id = $1', [actionId]);
  return row && { ...fromRow(row), raw: row.raw };
};

/** The same without its bytes. */
export const outboxEntryOf = async (sql: Sql, actionId: string): Promise<OutboxEntry | undefined> => {
  const [row] = await sql.all<EntryRow>(`select ${ENTRY} from outbox where action_id = $1`, [actionId]);
  return row && fromRow(row);
};

/** How far the mail of an action has come; undefined when it has none. */
export const outboxStateOf = async (sql: Sql, actionId: string): Promise<OutboxState | undefined> =>
  (await sql.all<{ state: OutboxState }>('select state from outbox where action_id = $1', [actionId]))[0]
    ?.state;

export interface OutboxMove {
  id: string;
  from: OutboxState;
  to: OutboxState;
  now: Instant;
  stagedId?: string | null;
  sentId?: string | null;
  tries?: number;
  looks?: number;
  reason?: string | null;
}

const MOVE = `update outbox set state = $1, updated_at = $2, staged_id = $3, sent_id = $4, tries = $5, looks = $6, reason = $7
  where id = $8 and state = $9`;
/** What nobody needs any more is not kept twice: the sent mail lies in the mailbox. */
const MOVE_AND_FORGET = MOVE.replace('set state', 'set raw = $10, state');

/** Moves a mail on, if it still is in `from`; what is left out stays as `mail` has it. False when somebody else moved it. */
export const moveOutboxMail = async (
  tx: Tx,
  mail: OutboxEntry,
  m: Omit<OutboxMove, 'id'>,
): Promise<boolean> => {
  invariant(OUTBOX_MOVES[m.from].includes(m.to), `a mail never moves from ${m.from} to ${m.to}`);
  const params = [
    m.to,
    m.now,
    m.stagedId === undefined ? mail.stagedId : m.stagedId,
    m.sentId === undefined ? mail.sentId : m.sentId,
    m.tries ?? mail.tries,
    m.looks ?? mail.looks,
    m.reason ?? null,
    mail.id,
    m.from,
  ];
  const forget = m.to === 'sent' || m.to === 'cancelled';
  const changed = await (forget
    ? tx.run(MOVE_AND_FORGET, [...params, new Uint8Array()])
    : tx.run(MOVE, params));
  return changed === 1;
};

/** Sends of one account are counted one at a time, until the transaction ends. SQLite has one writer anyway. */
export const lockSends = async (tx: Tx, accountId: string): Promise<void> => {
  if (tx.engine === 'postgres')
    await tx.all("select pg_advisory_xact_lock(hashtext('outbox ' || $1))", [accountId]);
};

/** What the account has sent or will send of what was made since, with the time of the oldest of each. */
export const countSends = async (
  sql: Sql,
  o: { accountId: string; since: Instant },
): Promise<{ all: number; automatic: number; oldest: Instant | null }> => {
  const [row] = await sql.all<{ n: number; automatic: number | null; oldest: string | null }>(
    `select count(*) as n, sum(automatic) as automatic, min(created_at) as oldest from outbox
     where account_id = $1 and created_at > $2 and state <> 'cancelled'`,
    [o.accountId, o.since],
  );
  return {
    all: Number(row?.n ?? 0),
    automatic: Number(row?.automatic ?? 0),
    oldest: (row?.oldest ?? null) as Instant | null,
  };
};

/** Mails of which nobody knows whether they went out, the oldest first. */
export const uncertainMails = async (sql: Sql, userId: string, limit: number): Promise<OutboxEntry[]> => {
  const rows = await sql.all<EntryRow>(
    `select ${ENTRY} from outbox where user_id = $1 and state = 'uncertain' order by id limit cast($2 as integer)`,
    [userId, limit],
  );
  return rows.map(fromRow);
};

/** Of everybody, what is on its way, the oldest first. */
export const mailsUnderWay = async (sql: Sql, limit: number): Promise<OutboxEntry[]> => {
  const rows = await sql.all<EntryRow>(
    `select ${ENTRY} from outbox where state in ('prepared', 'staged', 'sending') order by id limit cast($1 as integer)`,
    [limit],
  );
  return rows.map(fromRow);
};

/** How far the mails of these actions have come. */
export const outboxStatesOf = async (
  sql: Sql,
  actionIds: readonly string[],
): Promise<Map<string, OutboxState>> => {
  if (actionIds.length === 0) return new Map();
  const rows = await sql.all<{ id: string; state: OutboxState }>(
    `select action_id as id, state from outbox where action_id in (${textsOf(sql.engine, 1)})`,
    [JSON.stringify(actionIds)],
  );
  return new Map(rows.map((row) => [row.id, row.state]));
};
