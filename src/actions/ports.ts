import type { Account } from '#accounts/account.ts';
import type { Db, Tx } from '#db/db.ts';
import type { Mailbox } from '#mail/port.ts';
import type { PolicyReason, PolicySettings } from '#policy/review.ts';
import type { Queue } from '#queue/queue.ts';
import type { Clock } from '#std/clock.ts';
import type { NewId } from '#std/ids.ts';
import type { Action } from './action.ts';

/** What acting on mail needs of the program. */
export interface ActionPorts {
  db: Db;
  clock: Clock;
  newId: NewId;
  queue: Queue;
  /** Throws `needs-user` when the account is paused or must sign in again. */
  openMailbox(accountId: string): Promise<{ account: Account; mailbox: Mailbox }>;
  policy: PolicySettings;
  sending: SendingSettings;
  /** Name of the label under which snoozed mail is kept. */
  snoozeLabel: string;
  /** Makes a card for a person, in the same transaction that lets the action wait for it. */
  askApproval(
    tx: Tx,
    action: Pick<Action, 'id' | 'userId' | 'messageId' | 'type' | 'parameters'>,
    reasons: readonly PolicyReason[],
  ): Promise<void>;
}

export interface SendingSettings {
  /** Mails of one account in a day, and those of them that no person asked for by hand. */
  perDay: number;
  automaticPerDay: number;
  /** Milliseconds that a mail waits before it leaves. */
  delayMs: number;
}
