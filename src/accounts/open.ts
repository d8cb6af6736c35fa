import type { Mailbox, MailProvider, SignIn } from '#mail/port.ts';
import { AppError } from '#std/errors.ts';
import { type Account, isRemoved, waitsForAccount } from './account.ts';
import { guardedMailbox } from './guard.ts';
import { accountGone } from './removed.ts';
import type { StopPorts } from './stop.ts';
import { findAnyAccount } from './store.ts';

export interface OpenAccount {
  account: Account;
  mailbox: Mailbox;
}

/** The mailbox of an account, whatever its status. Throws `accounts.no-provider`. */
export const openWith = (
  providers: readonly MailProvider[],
  signInOf: (account: Account) => SignIn,
  account: Account,
): Mailbox => {
  const { id, userId, provider: kind, email, config } = account;
  const provider = providers.find((p) => p.kind === kind);
  if (provider) return provider.open({ id, userId, email, config, signIn: signInOf(account) });
  throw new AppError('permanent', 'accounts.no-provider', `This version knows no provider "${kind}"`);
};

/**
 * Opens the mailbox of an account. Throws `needs-user` when it is paused or must sign in again, so that its jobs wait
 * without using up attempts, and `permanent` when it was removed. When the mailbox itself says that the user must act, the
 * account is stopped.
 */
export const mailboxOpener =
  (ports: StopPorts, providers: readonly MailProvider[], signInOf: (account: Account) => SignIn) =>
  async (accountId: string): Promise<OpenAccount> => {
    const account = await findAnyAccount(ports.db, accountId);
    if (!account || isRemoved(account)) throw accountGone();
    if (account.status !== 'active') {
      throw new AppError(
        'needs-user',
        'accounts.not-active',
        `The account is ${account.status.replaceAll('_', ' ')}`,
        {
          help:
            account.status === 'paused'
              ? 'Resume it on the accounts page.'
              : 'Sign in again on the accounts page; everything that waits goes on by itself.',
          waitsFor: waitsForAccount(account.id),
        },
      );
    }
    const mailbox = openWith(providers, signInOf, account);
    return { account, mailbox: guardedMailbox(ports, account, mailbox) };
  };
