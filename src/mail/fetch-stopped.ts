import { AppError } from '#std/errors.ts';
import type { FetchedMail } from './port.ts';

/**
 * Something came in the way of a fetch after some of it had come. To whoever does not ask for more it is what came in the
 * way.
 */
export class FetchStopped extends AppError {
  readonly mails: FetchedMail[];
  /** Ids that were answered: those of `mails`, and of messages that are gone. */
  readonly asked: ReadonlySet<string>;

  constructor(by: AppError, came: { mails: FetchedMail[]; asked: ReadonlySet<string> }) {
    super(by.kind, by.code, by.message, by);
    this.mails = came.mails;
    this.asked = came.asked;
  }
}
