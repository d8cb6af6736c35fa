import type { MailboxHealth, MailProvider, SignIn } from '#mail/port.ts';
import { AppError } from '#std/errors.ts';
import { type Account, isRemoved } from './account.ts';

/**
 * Signs in to an account's mailbox and looks around, for a person who wants to know: a paused one too, and nothing comes of
 * it but the answer. Throws what is wrong.
 */
export const tryAccount = async (
  providers: readonly MailProvider[],
  signInOf: (account: Account) => SignIn,
  account: Account,
): Promise<MailboxHealth> => {
  if (isRemoved(account)) {
    throw new AppError('conflict', 'accounts.removed', 'The account was removed', {
      help: 'Add it again to go on with it.',
    });
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
  return provider.open({ id, userId, email, config, signIn: signInOf(account) }).test();
};
