import type { Sql, Tx } from '#db/db.ts';
import { insertRows } from '#db/insert-rows.ts';
import type { NewId } from '#std/ids.ts';
import type { Instant } from '#std/time.ts';

export interface ThreadPart {
  /** Names the thread within its account: the provider's id, or the first message it goes back to. */
  key: string;
  subject: string;
  at: Instant;
}

export interface ThreadContext {
  userId: string;
  accountId: string;
  newId: NewId;
}

interface Gathered {
  subject: string;
  first: Instant;
  last: Instant;
  count: number;
}

/** Adds messages to their threads, making threads that are not there. Returns the thread id of each key. */
export const joinThreads = async (
  tx: Tx,
  c: ThreadContext,
  parts: readonly ThreadPart[],
): Promise<Map<string, string>> => {
  const gathered = new Map<string, Gathered>();
  for (const p of parts) {
    const g = gathered.get(p.key);
    if (!g) gathered.set(p.key, { subject: p.subject, first: p.at, last: p.at, count: 1 });
    else {
      if (p.at < g.first) {
        g.first = p.at;
        g.subject = p.subject;
      }
      if (p.at > g.last) g.last = p.at;
      g.count++;
    }
  }
  const rows = await insertRows<{ id: string; provider_thread_key: string }>(tx, {
    table: 'threads',
    columns: [
      'id',
      'user_id',
      'account_id',
      'provider_thread_key',
      'subject',
      'first_message_at',
      'last_message_at',
      'message_count',
    ],
    rows: [...gathered]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, g]) => [c.newId(), c.userId, c.accountId, key, g.subject, g.first, g.last, g.count]),
    tail: `on conflict (account_id, provider_thread_key) do update set
      subject = case when excluded.first_message_at < threads.first_message_at
        then excluded.subject else threads.subject end,
      first_message_at = case when excluded.first_message_at < threads.first_message_at
        then excluded.first_message_at else threads.first_message_at end,
      last_message_at = case when excluded.last_message_at > threads.last_message_at
        then excluded.last_message_at else threads.last_message_at end,
      message_count = threads.message_count + excluded.message_count
    returning id, provider_thread_key`,
  });
  return new Map(rows.map((r) => [r.provider_thread_key, r.id]));
};

/** What the provider calls the thread, or what we call it where the provider has no threads. */
export const threadKeyOf = async (sql: Sql, threadId: string): Promise<string | null> =>
  (
    await sql.all<{ provider_thread_key: string | null }>(
      'select provider_thread_key from threads where id = $1',
      [threadId],
    )
  )[0]?.provider_thread_key ?? null;
