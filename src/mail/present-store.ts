import type { Sql } from '#db/db.ts';
import type { Instant } from '#std/time.ts';

const PAGE = 1_000;

/** The highest number that a stored message has; those that are stored later have higher ones. */
export const lastSeq = async (sql: Sql): Promise<number> => {
  const [row] = await sql.all<{ last: number | null }>('select max(seq) as last from messages');
  return Number(row?.last ?? 0);
};

const PRESENT = `select provider_message_id as id from messages
  where account_id = $1 and provider_message_id > $2 and seq <= $3 and received_at >= $4 and gone_at is null
  order by provider_message_id limit cast($5 as integer)`;

/** The provider ids of an account's messages that are not gone, in pages: those stored up to a number, received since a time. */
export async function* presentBefore(
  sql: Sql,
  o: { accountId: string; since: Instant | null; upTo: number },
): AsyncGenerator<string[]> {
  for (let after = ''; ; ) {
    const rows = await sql.all<{ id: string }>(PRESENT, [o.accountId, after, o.upTo, o.since ?? '', PAGE]);
    if (rows.length === 0) return;
    yield rows.map((row) => row.id);
    after = rows.at(-1)?.id ?? after;
  }
}
