import { AppError } from '#std/errors.ts';

const CURE = 'Choose an mbox file, a Maildir folder, an .eml file, or a folder of .eml files.';

export const notFound = (path: string, cause: unknown): AppError =>
  new AppError('input', 'mail.archive-not-found', `There is nothing at ${path}`, {
    help: `Check the path. ${CURE}`,
    cause,
  });

export const notReadable = (path: string, cause: unknown): AppError =>
  new AppError('input', 'mail.archive-not-readable', `${path} may not be read`, {
    help: 'Give the user that runs the program the right to read it.',
    cause,
  });

export const emptyArchive = (path: string, what: string): AppError =>
  new AppError('input', 'mail.archive-empty', `${path} is ${what}: there is nothing to import`, {
    help: CURE,
  });

/** `what` says what it is instead: "a PNG image". */
export const notRecognised = (path: string, what: string): AppError =>
  new AppError('input', 'mail.not-an-mbox', `${path} is not a mail archive, but ${what}`, { help: CURE });
