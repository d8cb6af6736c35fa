import type { Account } from '#accounts/account.ts';
import { refuseRemoved } from '#accounts/removed.ts';
import { lockOwnAccount, mergeAccountState, setAccountStatus } from '#accounts/store.ts';
import { recordActivity } from '#activity/store.ts';
import { AppError } from '#std/errors.ts';
import { goOn } from './go-on.ts';
import type { IngestPorts } from './ports.ts';

export interface PauseRequest {
  userId: string;
  accountId: string;
  paused: boolean;
  /** Who asked, for the audit log. */
  by: { actor: string; channel: string };
}

/**
 * Stops or goes on with an account. What waits for it goes on by itself once it is resumed. Throws `accounts.unknown`,
 * `accounts.removed`, and `accounts.not-active` when it must sign in again first.
 */
export const setPaused = (ports: IngestPorts, r: PauseRequest): Promise<Account> =>
  ports.db.write(async (tx) => {
    const account = await lockOwnAccount(tx, r.userId, r.accountId);
    refuseRemoved(account);
    const wanted = r.paused ? 'paused' : 'active';
    if (account.status === wanted) return account;
    if (account.status === 'needs_reauthorization') {
      throw new AppError('conflict', 'accounts.not-active', 'The account must sign in again first', {
        help: 'Sign in on the accounts page.',
      });
    }
    const reason = r.paused ? 'Paused by hand. Resume it to go on.' : null;
    await setAccountStatus(tx, { id: account.id, status: wanted, reason, now: ports.clock.now() });
    if (!r.paused) await goOn(ports, tx, account);
    await recordActivity(ports, tx, {
      userId: r.userId,
      ...r.by,
      action: r.paused ? 'account.pause' : 'account.resume',
      subjectType: 'account',
      subjectId: account.id,
    });
    return { ...account, status: wanted, statusReason: reason };
  });

/**
 * Stops or goes on with bringing in the older mail of an account; new mail comes in all the same. Throws
 * `accounts.unknown`, and `ingest.no-backfill` when there is none under way.
 */
export const setBackfillPaused = (ports: IngestPorts, r: PauseRequest): Promise<Account> =>
  ports.db.write(async (tx) => {
    const account = await lockOwnAccount(tx, r.userId, r.accountId);
    const { id } = account;
    const { backfill } = account.state;
    if (!backfill || backfill.finishedAt !== null) {
      throw new AppError('conflict', 'ingest.no-backfill', 'No older mail is being brought in', {
        help: 'All of it is there already.',
      });
    }
    if (backfill.paused === r.paused) return account;
    const part = { backfill: { ...backfill, paused: r.paused } };
    await mergeAccountState(tx, { id, part, now: ports.clock.now() });
    if (!r.paused) await goOn(ports, tx, { ...account, state: { ...account.state, ...part } });
    await recordActivity(ports, tx, {
      userId: r.userId,
      ...r.by,
      action: r.paused ? 'account.backfill-pause' : 'account.backfill-resume',
      subjectType: 'account',
      subjectId: id,
    });
    return { ...account, state: { ...account.state, ...part } };
  });
