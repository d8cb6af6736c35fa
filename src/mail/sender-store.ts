import type { Sql, Tx } from '#db/db.ts';
import { insertRows, textsOf } from '#db/insert-rows.ts';
import type { Instant } from '#std/time.ts';

export interface SenderSeen {
  address: string;
  name: string;
  received: number;
  /** How often the user wrote to this address. */
  sent: number;
  at: Instant;
}

/** Adds to the counters of each address. One row an address, whatever the case it was written in. */
export const countSenders = async (tx: Tx, userId: string, seen: readonly SenderSeen[]): Promise<void> => {
  await insertRows(tx, {
    table: 'senders',
    columns: ['user_id', 'address', 'name', 'received_count', 'sent_count', 'last_seen_at'],
    // In a fixed order, so that two transactions never wait for each other's rows.
    rows: [...seen]
      .sort((a, b) => (a.address < b.address ? -1 : 1))
      .map((s) => [userId, s.address.toLowerCase(), s.name, s.received, s.sent, s.at]),
    tail: `on conflict (user_id, address) do update set
      name = case when excluded.name = '' then senders.name else excluded.name end,
      received_count = senders.received_count + excluded.received_count,
      sent_count = senders.sent_count + excluded.sent_count,
      last_seen_at = case when excluded.last_seen_at > senders.last_seen_at
        then excluded.last_seen_at else senders.last_seen_at end`,
  });
};

/** True when the user has written to one of these addresses before. */
export const isKnownSender = async (
  sql: Sql,
  userId: string,
  addresses: readonly string[],
): Promise<boolean> => {
  const rows = await sql.all(
    `select 1 from senders where user_id = $1 and sent_count > 0
     and address in (${textsOf(sql.engine, 2)}) limit 1`,
    [userId, JSON.stringify(addresses.map((a) => a.toLowerCase()))],
  );
  return rows.length > 0;
};

/** Of these addresses, those that the user has written to before; in lower case. */
export const knownSendersAmong = async (
  sql: Sql,
  userId: string,
  addresses: readonly string[],
): Promise<Set<string>> => {
  const rows = await sql.all<{ address: string }>(
    `select address from senders where user_id = $1 and sent_count > 0 and address in (${textsOf(sql.engine, 2)})`,
    [userId, JSON.stringify([...new Set(addresses.map((a) => a.toLowerCase()))])],
  );
  return new Set(rows.map((r) => r.address));
};

/** Characters that mean something in LIKE are taken as they are. */
const literally = (text: string): string => text.replaceAll(/[\\%_]/g, '\\$&');

/**
 * A condition for other rooms' statements: the message comes from this sender. With an @ the address is exact, without one
 * it is a domain and those under it; letter case does not count. `sqlOf` takes the column with the message's id and one
 * place for each value of `pattern`.
 */
export const senderOfMessage = (
  sender: string,
): { pattern: string[]; sqlOf(messageId: string, places: readonly string[]): string } => {
  const wanted = sender.trim().toLowerCase();
  const domain = literally(wanted);
  const pattern = wanted.includes('@') ? [literally(wanted)] : [`%@${domain}`, `%@%.${domain}`];
  return {
    pattern,
    sqlOf: (messageId, places) =>
      `exists (select 1 from messages where messages.id = ${messageId} and (${places
        .map((p) => `lower(messages.from_address) like ${p} escape '\\'`)
        .join(' or ')}))`,
  };
};
