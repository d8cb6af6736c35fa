import type { Live } from '#activity/live.ts';
import { recordActivity } from '#activity/store.ts';
import type { Db } from '#db/db.ts';
import type { AccountStatus } from '#db/enums.ts';
import type { Clock } from '#std/clock.ts';
import type { AppError } from '#std/errors.ts';
import type { NewId } from '#std/ids.ts';
import { type Account, isRemoved } from './account.ts';
import { findCredential, versionOf } from './credential-store.ts';
import { lockAccount, setAccountStatus } from './store.ts';

export interface StopPorts {
  db: Db;
  clock: Clock;
  newId: NewId;
  live: Live;
}

/** What another sign-in doesn't cure: the account rests until its owner has seen to it. */
const NOT_BY_SIGNING_IN: ReadonlySet<string> = new Set([
  'mail.api-disabled',
  'mail.domain-policy',
  'accounts.client-refused',
  'accounts.no-client',
  'accounts.client-file',
  'accounts.client-type',
]);

/** What is no trouble of the account: it goes on by itself. */
const NOT_OF_THE_ACCOUNT: ReadonlySet<string> = new Set([
  'accounts.not-active',
  'accounts.key-missing',
  'accounts.key-file',
  'accounts.keychain',
]);

const statusFor = ({ code }: AppError): AccountStatus | undefined => {
  if (NOT_OF_THE_ACCOUNT.has(code)) return undefined;
  return NOT_BY_SIGNING_IN.has(code) ? 'paused' : 'needs_reauthorization';
};

/** Of the credential that was refused: nothing happens when it is another one by now. */
export interface Refused {
  field: string;
  version: string;
}

/**
 * Stops an account whose sign-in was refused, and tells its owner; its jobs wait from here on. Does nothing when the owner
 * was quicker: for an account that signed in anew since `account` was read, or whose `refused` credential is another one.
 */
export const stopAccount = async (
  ports: StopPorts,
  account: Account,
  { error, refused }: { error: AppError; refused?: Refused },
): Promise<void> => {
  const status = statusFor(error);
  if (status === undefined) return;
  const { db, clock, live } = ports;
  const reason = error.help === undefined ? `${error.message}.` : `${error.message}. ${error.help}`;
  await db.write(async (tx) => {
    const now = await lockAccount(tx, account.id);
    if (now?.status !== 'active' || isRemoved(now)) return;
    if (now.state.signIn?.at !== account.state.signIn?.at) return;
    if (refused) {
      const row = await findCredential(tx, account.id, refused.field);
      if (row && versionOf(row) !== refused.version) return;
    }
    await setAccountStatus(tx, { id: account.id, status, reason, now: clock.now() });
    await recordActivity(ports, tx, {
      userId: account.userId,
      actor: 'system',
      channel: 'system',
      action: status === 'paused' ? 'account.pause' : 'account.needs-sign-in',
      subjectType: 'account',
      subjectId: account.id,
      details: { code: error.code, reason },
    });
    tx.afterCommit(() => live.tell('accounts'));
  });
};
