import type { Account } from '#accounts/account.ts';
import type { Db } from '#db/db.ts';
import type { ParsePool } from '#mail/parse-pool.ts';
import type { Mailbox } from '#mail/port.ts';
import type { Queue } from '#queue/queue.ts';
import type { Clock } from '#std/clock.ts';
import type { NewId } from '#std/ids.ts';

/** What taking in mail needs of the program. */
export interface IngestPorts {
  db: Db;
  clock: Clock;
  newId: NewId;
  queue: Queue;
  parser: ParsePool;
  /** Throws `needs-user` when the account is paused or must sign in again. */
  openMailbox(accountId: string): Promise<{ account: Account; mailbox: Mailbox }>;
}
