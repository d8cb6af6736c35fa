import type { MailboxHealth, MailProvider, SignIn } from '#mail/port.ts';
import type { Account } from './account.ts';
import { openWith } from './open.ts';
import { refuseRemoved } from './removed.ts';

/**
 * Signs in to an account's mailbox and looks around, for a person who wants to know: a paused one too, and nothing comes of
 * it but the answer. Throws what is wrong.
 */
export const tryAccount = async (
  providers: readonly MailProvider[],
  signInOf: (account: Account) => SignIn,
  account: Account,
): Promise<MailboxHealth> => {
  refuseRemoved(account);
  return openWith(providers, signInOf, account).test();
};
