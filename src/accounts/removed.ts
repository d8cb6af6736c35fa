import { AppError } from '#std/errors.ts';
import { type Account, isRemoved } from './account.ts';

/** For work of an account that is no more: nothing is left to do. */
export const accountGone = (): AppError =>
  new AppError('permanent', 'accounts.removed', 'The account was removed', { moot: true });

/** For whoever asks for something of an account that was removed. Throws `accounts.removed`. */
export const refuseRemoved = (account: Pick<Account, 'state'>): void => {
  if (!isRemoved(account)) return;
  throw new AppError('conflict', 'accounts.removed', 'The account was removed', {
    help: 'Add it again to go on with it.',
  });
};
