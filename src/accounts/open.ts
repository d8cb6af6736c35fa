import type { Mailbox, MailProvider, SignIn } from '#mail/port.ts';
import { AppError } from '#std/errors.ts';
import { type Account, isRemoved, waitsForAccount } from './account.ts';
import { guardedMailbox } from './guard.ts';
import type { StopPorts } from './stop.ts';
import { findAnyAccount } from './store.ts';

export interface OpenAccount {
  account: Account;
  mailbox: Mailbox;
}

/**
 * Opens the mailbox of an account. Throws `needs-user` when it is paused or must sign in again, so that its jobs wait
 * without using up attempts, and `permanent` when it was removed. When the mailbox itself says that the user must act, the
 * account is stopped.
 */
export const mailboxOpener =
  (ports: StopPorts, providers: readonly MailProvider[], signInOf: (account: Account) => SignIn) =>
  async (accountId: string): Promise<OpenAccount> => {
    const account = await findAnyAccount(ports.db, accountId);
    if (!account || isRemoved(account))
      throw new AppError('permanent', 'accounts.removed', 'The account was removed', { moot: true });
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
    const provider = providers.find((p) => p.kind === account.provider);
    if (!provider) {
      throw new AppError(
        'permanent',
        'accounts.no-provider',
        `This version knows no provider "${account.provider}"`,
      );
    }
    const { id, userId, email, config } = account;
    const mailbox = provider.open({ id, userId, email, config, signIn: signInOf(account) });
    return { account, mailbox: guardedMailbox(ports, account, mailbox) };
  };
