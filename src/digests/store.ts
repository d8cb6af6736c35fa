import { postedOf } from '#channels/store.ts';
import type { Sql, Tx } from '#db/db.ts';
import { belongsTo, insertRows, textsOf } from '#db/insert-rows.ts';
import type { DigestItemRow, DigestRow } from '#db/telling-tables.ts';
import { AppError } from '#std/errors.ts';
import type { Instant } from '#std/time.ts';
import { type Digest, type DigestSummary, digestSchema, digestSummarySchema } from './digest.ts';
import type { Window } from './window.ts';

/** What `content_json` holds: everything but the items of the sections. */
interface Head {
  timeZone: string;
  readingSeconds: number;
  sections: { section: string; total: number; more: number }[];
}

/** Only one transaction at a time makes digests of this user. SQLite has one writer anyway. */
export const lockDigests = async (tx: Tx, userId: string): Promise<void> => {
  if (tx.engine !== 'postgres') return;
  await tx.all("select pg_advisory_xact_lock(hashtextextended('digests of ' || $1, 0))", [userId]);
};

/** Where the user's digests began and how far they reach; undefined when there are none. */
export const digestEdges = async (
  sql: Sql,
  userId: string,
): Promise<{ start: Instant; end: Instant } | undefined> => {
  const [row] = await sql.all<{ first: Instant | null; last: Instant | null }>(
    `select (select window_from from digests where user_id = $1 order by window_to limit 1) as first,
       (select window_to from digests where user_id = $1 order by window_to desc limit 1) as last`,
    [userId],
  );
  return row?.first && row.last ? { start: row.first, end: row.last } : undefined;
};

/** Of these messages, those that a digest has covered. */
export const alreadyCovered = async (
  sql: Sql,
  userId: string,
  messageIds: readonly string[],
): Promise<Set<string>> => {
  if (messageIds.length === 0) return new Set();
  const rows = await sql.all<{ id: string }>(
    `select message_id as id from digest_messages
     where message_id in (${textsOf(sql.engine, 2)}) and ${belongsTo('user_id', 1)}`,
    [userId, JSON.stringify(messageIds)],
  );
  return new Set(rows.map((row) => row.id));
};

export interface NewDigest {
  digest: Omit<Digest, 'deliveries'>;
  covered: Window['mail'];
  /** Which mail each item is about, in the order of sections and items. */
  mailOf(section: string, item: unknown): { messageId: string; threadId: string } | undefined;
}

/** Stores a digest with its items and what it covers. Throws a `db.constraint` conflict when its occasion has one already. */
export const insertDigest = async (tx: Tx, { digest: d, covered, mailOf }: NewDigest): Promise<void> => {
  const head: Head = {
    timeZone: d.timeZone,
    readingSeconds: d.readingSeconds,
    sections: d.sections.map(({ section, total, more }) => ({ section, total, more })),
  };
  await tx.run(
    `insert into digests (id, user_id, schedule_id, window_from, window_to, state, content_json, occasion, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [d.id, d.userId, d.scheduleId, d.from, d.to, d.state, JSON.stringify(head), d.occasion, d.createdAt],
  );
  const items = d.sections.flatMap(({ section, items: all }) => all.map((item) => ({ section, item })));
  await insertRows(tx, {
    table: 'digest_items',
    columns: ['digest_id', 'position', 'user_id', 'section', 'message_id', 'thread_id', 'item_json'],
    rows: items.map(({ section, item }, position) => {
      const mail = mailOf(section, item);
      const ids = [mail?.messageId ?? null, mail?.threadId ?? null];
      return [d.id, position, d.userId, section, ...ids, JSON.stringify(item)];
    }),
  });
  await insertRows(tx, {
    table: 'digest_messages',
    columns: ['message_id', 'user_id', 'digest_id'],
    rows: covered.map((mail) => [mail.id, d.userId, d.id]),
  });
};

type Deliveries = Digest['deliveries'];

const summaryFrom = (row: DigestRow): DigestSummary => {
  const head = JSON.parse(row.content_json) as Head;
  return digestSummarySchema.parse({
    id: row.id,
    userId: row.user_id,
    scheduleId: row.schedule_id,
    occasion: row.occasion,
    state: row.state,
    createdAt: row.created_at,
    from: row.window_from,
    to: row.window_to,
    timeZone: head.timeZone,
    readingSeconds: head.readingSeconds,
    totals: Object.fromEntries(head.sections.map((s) => [s.section, s.total])),
  });
};

const digestFrom = (row: DigestRow, items: readonly DigestItemRow[], deliveries: Deliveries): Digest => {
  const { totals, ...rest } = summaryFrom(row);
  const head = JSON.parse(row.content_json) as Head;
  return digestSchema.parse({
    ...rest,
    deliveries,
    sections: head.sections.map((section) => ({
      ...section,
      items: items.filter((i) => i.section === section.section).map((i) => JSON.parse(i.item_json)),
    })),
  });
};

const whole = async (sql: Sql, row: DigestRow): Promise<Digest> => {
  const items = await sql.all<DigestItemRow>(
    'select * from digest_items where digest_id = $1 order by position',
    [row.id],
  );
  const posted = await postedOf(sql, { type: 'digest', id: row.id });
  return digestFrom(
    row,
    items,
    posted.map(({ channel, at }) => ({ channel, at })),
  );
};

export const findDigest = async (sql: Sql, id: string): Promise<Digest | undefined> => {
  const [row] = await sql.all<DigestRow>('select * from digests where id = $1', [id]);
  return row && whole(sql, row);
};

/** The digest that was made for this occasion. */
export const digestOfOccasion = async (
  sql: Sql,
  userId: string,
  occasion: string,
): Promise<Digest | undefined> => {
  const [row] = await sql.all<DigestRow>('select * from digests where user_id = $1 and occasion = $2', [
    userId,
    occasion,
  ]);
  return row && whole(sql, row);
};

/** Throws `digests.unknown` when the user has no such digest. */
export const getDigest = async (sql: Sql, userId: string, id: string): Promise<Digest> => {
  const found = await findDigest(sql, id);
  if (found && found.userId === userId) return found;
  throw new AppError('denied', 'digests.unknown', 'There is no such digest', {
    help: 'List the digests to see their ids.',
  });
};

/** Newest first; the next page is asked for with `before`, the last id of this one. */
export const listDigests = async (
  sql: Sql,
  q: { userId: string; before?: string | undefined; limit: number },
): Promise<DigestSummary[]> => {
  // Windows tile, so that the order of their ends is the order of the digests.
  const rows = await sql.all<DigestRow>(
    `select * from digests where user_id = $1 and ($2 = '' or window_to < (
       select window_to from digests where id = $2 and user_id = $1
     )) order by window_to desc limit cast($3 as integer)`,
    [q.userId, q.before ?? '', q.limit],
  );
  return rows.map(summaryFrom);
};

/** undefined when the user has none yet. */
export const newestDigest = async (sql: Sql, userId: string): Promise<Digest | undefined> => {
  const [row] = await sql.all<DigestRow>(
    'select * from digests where user_id = $1 order by window_to desc limit 1',
    [userId],
  );
  return row && whole(sql, row);
};

/** Moves a digest on; false when it was there already. */
export const setDigestState = async (tx: Tx, id: string, state: 'delivered' | 'failed'): Promise<boolean> =>
  // What was delivered somewhere stays so, whatever becomes of the other channels.
  (await tx.run("update digests set state = $1 where id = $2 and state not in ($1, 'delivered')", [
    state,
    id,
  ])) === 1;
