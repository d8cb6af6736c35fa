import type { Sql, Tx } from '#db/db.ts';
import type { SendPauseRow } from '#db/sending-tables.ts';
import type { Instant } from '#std/time.ts';

/** How often in a row a provider has said that it was too much, and until when nothing is sent. */
export const sendPauseOf = async (
  sql: Sql,
  accountId: string,
): Promise<{ strikes: number; until: Instant } | undefined> => {
  const [row] = await sql.all<SendPauseRow>('select * from send_pauses where account_id = $1', [accountId]);
  return row && { strikes: Number(row.strikes), until: row.until as Instant };
};

export const pauseSends = async (
  tx: Tx,
  p: { accountId: string; strikes: number; until: Instant },
): Promise<void> => {
  await tx.run(
    `insert into send_pauses (account_id, strikes, until) values ($1, $2, $3)
     on conflict (account_id) do update set strikes = excluded.strikes, until = excluded.until`,
    [p.accountId, p.strikes, p.until],
  );
};

export const endSendPause = async (tx: Tx, accountId: string): Promise<void> => {
  await tx.run('delete from send_pauses where account_id = $1', [accountId]);
};
