import type { Sql, Tx } from '#db/db.ts';
import type { Instant } from '#std/time.ts';

export interface Posted {
  id: string;
  userId: string;
  channel: string;
  subject: { type: string; id: string };
  remoteId: string;
  at: Instant;
}

/** Keeps what was posted where. False when that is known already. */
export const recordPosted = async (tx: Tx, p: Posted): Promise<boolean> =>
  (await tx.run(
    `insert into channel_messages (id, user_id, channel, subject_type, subject_id, remote_id, posted_at)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (channel, subject_type, subject_id, remote_id) do nothing`,
    [p.id, p.userId, p.channel, p.subject.type, p.subject.id, p.remoteId, p.at],
  )) === 1;

/** Where something was posted, and when, oldest first. */
export const postedOf = (
  sql: Sql,
  subject: { type: string; id: string },
): Promise<{ channel: string; remoteId: string; at: Instant }[]> =>
  sql.all(
    `select channel, remote_id as "remoteId", posted_at as at from channel_messages
     where subject_type = $1 and subject_id = $2 order by posted_at, id`,
    [subject.type, subject.id],
  );
