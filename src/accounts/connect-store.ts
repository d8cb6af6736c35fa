import type { Tx } from '#db/db.ts';
import { AppError } from '#std/errors.ts';
import type { NewId } from '#std/ids.ts';
import type { Instant } from '#std/time.ts';
import type { Account, AccountState } from './account.ts';
import { isRemoved } from './account.ts';
import { findAccountByEmail, getAccount, insertAccount, type NewAccount } from './store.ts';

/** Throws `accounts.exists`. */
const refuseSecond = (provider: string): never => {
  throw new AppError(
    'conflict',
    'accounts.exists',
    `This mailbox is connected already, as ${provider} account`,
    {
      help: 'Use the account that is there: it can be tested, signed in again or removed.',
    },
  );
};

/**
 * Makes the account of a mailbox that is being connected. One that was removed while its mail was kept comes back to life,
 * and goes on where it stopped. Throws `accounts.exists` when the user has this mailbox already.
 */
export const placeAccount = async (
  tx: Tx,
  ports: { newId: NewId; now: Instant },
  a: NewAccount,
): Promise<Account> => {
  const found = await findAccountByEmail(tx, a);
  if (found && !isRemoved(found)) return refuseSecond(a.provider);
  if (found) {
    const { removal: _, ...state } = found.state;
    await reviveAccount(tx, { id: found.id, config: a.config ?? {}, state, now: ports.now });
    return getAccount(tx, a.userId, found.id);
  }
  return insertAccount(tx, ports, a);
};

const reviveAccount = async (
  tx: Tx,
  o: { id: string; config: unknown; state: AccountState; now: Instant },
): Promise<void> => {
  await tx.run(
    `update accounts set status = 'active', status_reason = null, config_json = $1, state_json = $2, updated_at = $3
     where id = $4`,
    [JSON.stringify(o.config), JSON.stringify(o.state), o.now, o.id],
  );
};

/** Works again from here on, with these settings. */
export const changeSettings = async (
  tx: Tx,
  o: { id: string; config: unknown; now: Instant },
): Promise<void> => {
  await tx.run('update accounts set config_json = $1, updated_at = $2 where id = $3', [
    JSON.stringify(o.config),
    o.now,
    o.id,
  ]);
};
