import { AppError } from '#std/errors.ts';

export const readOnly = (): AppError =>
  new AppError('denied', 'mail.read-only', 'The sign-in of this account allows reading only', {
    help: 'Set gmail.access to normal and sign in again.',
  });
